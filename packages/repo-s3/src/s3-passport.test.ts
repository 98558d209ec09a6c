import { fakeClock } from "@bcopy/repo/testing"
import { expect, onTestFinished, test } from "vitest"
import { openS3Store } from "./open-s3-store.ts"
import { requireFitBucket } from "./s3-passport.ts"
import { type FakeS3Options, startFakeS3 } from "./testing/index.ts"

async function passportOf(
  bucket: {
    readonly versioning: "off" | "enabled" | "suspended"
    readonly objectLock?: boolean
    readonly lifecycleXml?: string
  },
  behaviour: Omit<FakeS3Options, "buckets"> = {},
) {
  const { lifecycleXml, ...about } = bucket
  const server = await startFakeS3({ buckets: { bucket: { objectLock: false, ...about } }, ...behaviour })
  onTestFinished(() => server.stop())
  if (lifecycleXml !== undefined) server.bucket("bucket").lifecycleXml = lifecycleXml
  const { endpoint, credentials } = server
  const connection = { endpoint, region: "us-east-1", credentials }
  const store = await openS3Store({ bucket: "bucket", prefix: "offsite/", connection })
  onTestFinished(() => store.close())
  const clock = { ...fakeClock(), now: () => Date.now(), sleep: async () => undefined }
  const passport = await store.passport({ clock, random: Math.random })
  const left = store.capabilities.versioned ? (await store.listVersions("")).versions : (await store.list("")).objects
  return {
    passport,
    left,
    lacking: passport.properties.filter(({ ok, name }) => !ok && name !== "immutability").map(({ name }) => name),
  }
}

test.for(["off", "enabled"] as const)(
  "a server that does what it says is fit, with versioning %s; nothing is left",
  async (versioning) => {
    const { passport, left, lacking } = await passportOf({ versioning })
    expect({ left, lacking }).toEqual({ left: [], lacking: [] })
    expect(() => requireFitBucket(passport, "s3://bucket/offsite")).not.toThrow()
    expect(JSON.parse(JSON.stringify(passport))).toEqual(passport)
  },
)

test("a server that ignores create-if-absent is refused without versions, and fit with them", async () => {
  const plain = await passportOf({ versioning: "off" }, { conditionalCreate: "ignored" })
  expect(plain.lacking).toEqual(["atomic-create"])
  expect(() => requireFitBucket(plain.passport, "s3://bucket/offsite")).toThrow(
    expect.objectContaining({
      code: "Unfit",
      message: expect.stringMatching(/s3:\/\/bucket\/offsite at http.* atomic-create \(20 of 20 racing creators/),
    }),
  )
  expect((await passportOf({ versioning: "enabled" }, { conditionalCreate: "ignored" })).lacking).toEqual([])
})

test("a bucket whose versioning is suspended is refused, and says what to do", async () => {
  const { passport, lacking } = await passportOf({ versioning: "suspended" })
  expect(lacking).toContain("versioning")
  expect(() => requireFitBucket(passport, "b")).toThrow(/versioning \(suspended: .*switch it on\)/)
})

const rule = (prefix: string, does: string) =>
  `<LifecycleConfiguration><Rule><ID>tidy</ID><Status>Enabled</Status><Filter><Prefix>${prefix}</Prefix></Filter>${does}</Rule></LifecycleConfiguration>`

test.for([
  [rule("", "<Expiration><Days>30</Days></Expiration>"), "tidy deletes objects by age"],
  [rule("offsite/backups/", "<Expiration><Days>30</Days></Expiration>"), "tidy deletes objects by age"],
  [
    rule("", "<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>"),
    "tidy moves objects to GLACIER",
  ],
] as const)("a rule of the bucket that would take objects away is refused: %s", async ([lifecycleXml, why]) => {
  const { passport, lacking } = await passportOf({ versioning: "off", lifecycleXml })
  expect(lacking).toEqual(["lifecycle"])
  expect(passport.properties.find(({ name }) => name === "lifecycle")?.detail).toContain(why)
})

test.for([
  rule("elsewhere/", "<Expiration><Days>30</Days></Expiration>"),
  rule(
    "",
    "<AbortIncompleteMultipartUpload><DaysAfterInitiation>3</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
  ),
  rule("", "<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>"),
])("a rule that harms nothing is none to refuse: %s", async (lifecycleXml) => {
  expect((await passportOf({ versioning: "off", lifecycleXml })).lacking).toEqual([])
})
