import { randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { startFakeS3 } from "../../packages/repo-s3/src/testing/index.ts"
import { type BcopyDocument, runBcopy } from "../proof/run-bcopy.ts"

/** What documents say of requests and prices. */
interface SpendingDocument extends BcopyDocument {
  readonly requests?: readonly {
    readonly repository: string
    readonly classes: Readonly<Record<string, number>>
    readonly phases: Readonly<Record<string, { readonly requests: number; readonly bytesSent: number }>>
    readonly price?: { readonly total: number; readonly currency: string }
  }[]
  readonly estimate?: {
    readonly aboutBytes: number
    readonly aboutRequests: number
    readonly price?: { readonly total: number }
  }
}

const server = await startFakeS3({ buckets: { versioned: { versioning: "enabled", objectLock: false } } })
const folder = mkdtempSync(join(tmpdir(), "bcopy-spending-"))
const at = (name: string) => join(folder, name)
/** Where the environment says nothing of S3: all is behind the address, but for the credentials. */
const offsite = `s3://versioned/offsite?endpoint=${server.endpoint}&region=us-east-1&storage-class=STANDARD_IA`
const IMAGE_BYTES = 40 << 20

beforeAll(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", server.credentials.accessKeyId)
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", server.credentials.secretAccessKey)
  vi.stubEnv("AWS_ENDPOINT_URL_S3", undefined)
  writeFileSync(at("web.raw"), randomBytes(IMAGE_BYTES))
  await runBcopy(["init", "--repo", at("primary"), "--no-encryption"])
  await runBcopy(["backup", "--repo", at("primary"), "--job", "j", "--workload", "web", "--level", "0", at("web.raw")])
  await runBcopy(["init", "--repo", offsite, "--no-encryption", "--pack-size", "8MiB"])
}, 60_000)

afterAll(async () => {
  vi.unstubAllEnvs()
  await server.stop()
  rmSync(folder, { recursive: true })
})

const copy = (...more: readonly string[]) => ["copy", "--from", at("primary"), "--to", offsite, ...more]

test("a plan says what it may bring and cost, and a run is near it", async () => {
  const planned = (await runBcopy(copy("--dry-run", "--prices", "aws-standard"))).document as SpendingDocument
  expect(planned.estimate?.aboutBytes).toBeGreaterThan(IMAGE_BYTES)
  expect(planned.estimate?.price?.total).toBeGreaterThan(0)
  const { document } = await runBcopy(copy("--prices", "aws-standard", "--as", "priced"))
  const [use] = (document as SpendingDocument).requests ?? []
  expect(use?.repository).toBe("s3://versioned/offsite")
  expect(Object.values(use?.classes ?? {}).reduce((sum, count) => sum + count)).toBeLessThan(
    2 * (planned.estimate?.aboutRequests ?? 0),
  )
  expect(use?.price).toMatchObject({ currency: "USD" })
}, 60_000)

test("a plan that reads from a bucket says what leaving it costs, and a run is near it", async () => {
  const back = ["copy", "--from", offsite, "--to", at("back"), "--job", "priced", "--prices", "aws-standard"]
  await runBcopy(["init", "--repo", at("back"), "--no-encryption"])
  const { estimate } = (await runBcopy([...back, "--dry-run"])).document as SpendingDocument
  const { document } = await runBcopy(back)
  const [use] = (document as SpendingDocument).requests ?? []
  expect(use?.repository).toBe("s3://versioned/offsite")
  const made = Object.values(use?.classes ?? {}).reduce((sum, count) => sum + count)
  expect(made).toBeLessThan(2 * (estimate?.aboutRequests ?? 0))
  expect(made).toBeGreaterThan(0.3 * (estimate?.aboutRequests ?? 0))
  const [spent = 0, planned = 0] = [use?.price?.total, estimate?.price?.total]
  expect(Math.abs(spent - planned)).toBeLessThan(0.2 * planned)
}, 60_000)

test("requests are counted by phase, and told while a copy goes on", async () => {
  const { document, events } = await runBcopy(copy("--as", "phases"))
  const phases = (document as SpendingDocument).requests?.[0]?.phases
  expect(phases?.["transfer"]?.bytesSent).toBeGreaterThan(IMAGE_BYTES / 2)
  expect(phases?.["open"]?.requests).toBeGreaterThan(4)
  expect(phases?.["commit"]?.requests).toBeGreaterThan(1)
  const progress = events.filter(({ event }) => event.type === "transfer") as {
    event: { requests?: { requests: number } }
  }[]
  expect(progress.at(-1)?.event.requests?.requests).toBeGreaterThan(5)
}, 60_000)

test("packs are kept in the class that the address says, all else in STANDARD", () => {
  const bucket = server.bucket("versioned")
  for (const key of bucket.keys()) {
    const version = bucket.versions(key)[0]
    expect({ key, storageClass: version?.storageClass ?? "STANDARD" }).toEqual({
      key,
      storageClass: key.includes("/packs/") ? "STANDARD_IA" : "STANDARD",
    })
  }
})

test("a cap ends a copy before it is passed, in order, and the next run goes on", async () => {
  const before = server.requests.length
  const { document } = await runBcopy(copy("--as", "capped", "--max-requests", "44"), { expect: [14] })
  expect(server.requests.length - before).toBeLessThanOrEqual(44)
  expect(document.error).toMatchObject({
    code: "OverLimit",
    message: expect.stringMatching(/stopped before .* of 44 requests were made/) as unknown,
  })
  const { events } = await runBcopy(copy("--as", "capped"))
  expect(events.some(({ event }) => event.type === "adopted")).toBe(true)
  await runBcopy(["restore", "--repo", offsite, "--job", "capped", "--workload", "web", "--output", at("out.raw")])
  expect(readFileSync(at("out.raw")).equals(readFileSync(at("web.raw")))).toBe(true)
}, 60_000)

test("a cap that does not even let a repository be opened is told as such", async () => {
  const { document } = await runBcopy(copy("--max-requests", "3"), { expect: [14] })
  expect(document.error?.code).toBe("OverLimit")
})

test("a run that can not even get to what is new says so, and leaves the checkpoint as it was", async () => {
  await runBcopy(copy("--as", "stuck", "--max-requests", "44"), { expect: [14] })
  const { document } = await runBcopy(copy("--as", "stuck", "--max-requests", "16"), { expect: [14] })
  expect(document.error?.hint).toMatch(/nothing was added/)
  const { events } = await runBcopy(copy("--as", "stuck"))
  expect(events.some(({ event }) => event.type === "adopted")).toBe(true)
}, 60_000)

test("a cap on cost needs prices, and prices that are known", async () => {
  const without = await runBcopy(copy("--max-cost", "1"), { expect: [2] })
  expect(without.document.error?.message).toMatch(/needs prices/)
  const unknown = await runBcopy(copy("--prices", "cheap"), { expect: [2] })
  expect(unknown.document.error?.message).toMatch(/no such profile or file/)
  writeFileSync(at("prices.json"), JSON.stringify({ currency: "EUR", perThousand: { write: 100, list: 100 } }))
  const { document } = await runBcopy(copy("--as", "dear", "--prices", at("prices.json"), "--max-cost", "2"), {
    expect: [14],
  })
  expect(document.error?.message).toMatch(/of 2 EUR were spent/)
}, 60_000)

test("a customer's key behind the address is needed to read what was written with it", async () => {
  writeFileSync(at("key"), randomBytes(32))
  const sealed = `s3://versioned/sealed?endpoint=${server.endpoint}&encryption=sse-c&key-file=${at("key")}`
  await runBcopy(["init", "--repo", sealed, "--no-encryption"])
  await runBcopy(["points", "--repo", sealed])
  const open = `s3://versioned/sealed?endpoint=${server.endpoint}`
  const { document } = await runBcopy(["points", "--repo", open], { expect: [1] })
  expect(document.error?.message).toMatch(/bcopy\.json/)
}, 60_000)

test("a bucket that is set otherwise than when it was tried takes no writes until it was tried again", async () => {
  server.bucket("versioned").versioning = "off"
  const { document } = await runBcopy(copy("--as", "changed"), { expect: [1] })
  expect(document.error).toMatchObject({
    code: "Unfit",
    message: expect.stringContaining("its versioning was enabled, and is off") as unknown,
  })
  await runBcopy(["points", "--repo", offsite])
  server.bucket("versioned").versioning = "enabled"
  await runBcopy(copy("--as", "changed"))
}, 60_000)
