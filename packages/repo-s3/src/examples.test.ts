import { readdirSync } from "node:fs"
import { afterAll, expect, test, vi } from "vitest"
import { startFakeS3 } from "./testing/index.ts"

const folder = new URL("../examples/", import.meta.url)
const server = await startFakeS3({ buckets: { "my-backups": { versioning: "enabled", objectLock: true } } })
vi.stubEnv("AWS_ENDPOINT_URL_S3", server.endpoint)
vi.stubEnv("AWS_ACCESS_KEY_ID", server.credentials.accessKeyId)
vi.stubEnv("AWS_SECRET_ACCESS_KEY", server.credentials.secretAccessKey)

afterAll(() => server.stop())

for (const name of readdirSync(folder)) {
  test(`the example ${name} does what it says`, async () => {
    await expect(import(new URL(name, folder).href)).resolves.toBeDefined()
  }, 30_000)
}
