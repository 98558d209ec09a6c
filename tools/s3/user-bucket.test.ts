import { parseObjectKey } from "@bcopy/repo"
import { expect, onTestFinished, test, vi } from "vitest"
import { startFakeS3, type BucketOptions, type FakeS3 } from "../../packages/repo-s3/src/testing/index.ts"
import { clearFolder } from "./clear-folder.ts"
import { conformanceCases } from "./conformance-cases.ts"
import { keepingCases } from "./keeping-cases.ts"
import { openUserBucket } from "./open-user-bucket.ts"
import { openTestStore } from "./test-bucket.ts"

/** A user's bucket, with things of others in it, some of them called almost as the prefix is. */
async function serve(options: BucketOptions): Promise<FakeS3> {
  const server = await startFakeS3({
    buckets: { mine: options },
    // Who may only use this bucket may not make any.
    fault: ({ operation }) =>
      operation === "CreateBucket" ? { kind: "status", status: 403, code: "AccessDenied" } : undefined,
  })
  onTestFinished(() => server.stop())
  for (const key of ["other", "team/a", "team/a/other", "team/a/bcopy-test", "team/b"])
    server.bucket("mine").put({ key, bytes: Buffer.from(key), modifiedAtMs: Date.now() })
  vi.stubEnv("AWS_ENDPOINT_URL_S3", server.endpoint)
  vi.stubEnv("AWS_ACCESS_KEY_ID", server.credentials.accessKeyId)
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", server.credentials.secretAccessKey)
  onTestFinished(() => void vi.unstubAllEnvs())
  return server
}

test.for([
  ["plain", { versioning: "off" }],
  ["versioned", { versioning: "enabled" }],
  ["locked", { objectLock: true }],
] as const)(
  "a %s bucket is used below a name of the run's own, and is as it was afterwards",
  async ([kind, options]) => {
    const server = await serve(options)
    const before = server.bucket("mine").snapshot()
    const place = await openUserBucket("s3://mine/team/a")
    expect(place.kind).toBe(kind)
    for (const { run } of [...(await conformanceCases(place)), ...keepingCases(place)].filter(({ takes }) => !takes))
      await run()
    const { bucket, prefix, connection } = place
    const unfinished = await openTestStore({ bucket, prefix, connection, kind }, "cut/", { multipartBytes: 16 << 20 })
    server.setFault(({ operation }) =>
      /^(CompleteMultipartUpload|AbortMultipartUpload)$/.test(operation) ? { kind: "reset" } : undefined,
    )
    await expect(unfinished.create(parseObjectKey("a"), new Uint8Array(17 << 20))).rejects.toThrow()
    unfinished.close()
    server.setFault(undefined)
    expect(server.bucket("mine").uploads.size).toBe(1)

    expect(await clearFolder(place)).toEqual([])
    expect(server.bucket("mine").snapshot()).toEqual(before)
    const elsewhere = server.requests.filter(({ key }) => key !== "" && !key.startsWith(place.prefix))
    expect(elsewhere).toEqual([])
    expect(server.requests.map(({ bucket: name }) => name)).not.toContain("")
  },
)

test("what a lock keeps for good is named", async () => {
  await serve({ objectLock: true })
  const place = await openUserBucket("s3://mine")
  const store = await openTestStore(place, "kept/", { lockMode: "compliance" })
  await store.create(parseObjectKey("a"), new Uint8Array(1), { retainUntilMs: Date.UTC(2100, 0, 1) })
  await store.create(parseObjectKey("b"), new Uint8Array(1))
  store.close()
  expect(await clearFolder(place)).toEqual([
    expect.stringMatching(/^s3:\/\/mine\/bcopy-test-[0-9a-f]{12}\/kept\/a, version \w+, is kept until 2100-01-01/),
  ])
})

test.for([
  [{ versioning: "suspended" }, /suspended/],
  [{ defaultRetention: { mode: "COMPLIANCE", days: 30 } }, /locks what is put there \(compliance, 30 days\)/],
] as const)("a bucket set to %o is not filled", async ([options, why]) => {
  const server = await serve(options)
  await expect(openUserBucket("s3://mine/team/a")).rejects.toThrow(why)
  expect(server.requests.map(({ method }) => method)).toEqual(["GET", "GET"])
})
