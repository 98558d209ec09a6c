import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openS3Store } from "@bcopy/repo-s3"
import { expect, onTestFinished, test, vi } from "vitest"
import { type FakeS3, type FakeS3Options, startFakeS3 } from "../../packages/repo-s3/src/testing/index.ts"
import { runBcopy } from "../proof/run-bcopy.ts"

const repo = "s3://plain/offsite"

async function serve(behaviour: FakeS3Options = {}): Promise<FakeS3> {
  const server = await startFakeS3({ buckets: { plain: { versioning: "off" } }, ...behaviour })
  onTestFinished(() => server.stop())
  return server
}

/** From here on the program finds this server. */
function pointAt({ endpoint, credentials }: FakeS3): void {
  vi.stubEnv("AWS_ENDPOINT_URL_S3", endpoint)
  vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId)
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey)
}

/** Copies a bucket by other means. */
async function copyObjects(from: FakeS3, to: FakeS3): Promise<void> {
  const { endpoint, credentials } = from
  const connection = { endpoint, region: "us-east-1", credentials }
  const store = await openS3Store({ bucket: "plain", prefix: "offsite/", connection })
  for (const { key } of (await store.list("")).objects) {
    const { bytes = new Uint8Array() } = (await store.read(key)) ?? {}
    to.bucket("plain").put({ key: `offsite/${key}`, bytes: Buffer.from(bytes), modifiedAtMs: Date.now() })
  }
  store.close()
}

test("a bucket that was copied by other means is adopted where creating is safe, and only there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bcopy-adopt-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const image = join(folder, "web.raw")
  writeFileSync(image, randomBytes(1 << 20))
  const backup = ["backup", "--repo", repo, "--job", "nightly", "--workload", "web", `sda=${image}`]
  const first = await serve()
  pointAt(first)
  await runBcopy(["init", "--repo", repo, "--no-encryption"])
  await runBcopy(backup)

  const careless = await serve({ conditionalCreate: "ignored" })
  await copyObjects(first, careless)
  pointAt(careless)
  await runBcopy(backup, { expect: [14] })
  const { document } = await runBcopy(["adopt", "--repo", repo], { expect: [1] })
  expect(document.error).toMatchObject({ code: "Unfit", message: expect.stringContaining("atomic-create") as unknown })
  await runBcopy(["restore", "--repo", repo, "--workload", "web", "--output", join(folder, "out.raw")])

  const good = await serve()
  await copyObjects(first, good)
  pointAt(good)
  await runBcopy(["adopt", "--repo", repo])
  await runBcopy(backup)
}, 60_000)
