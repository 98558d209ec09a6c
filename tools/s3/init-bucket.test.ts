import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { startFakeS3 } from "../../packages/repo-s3/src/testing/index.ts"
import { runBcopy } from "../proof/run-bcopy.ts"

const server = await startFakeS3({ buckets: { whole: { versioning: "off" }, shared: { versioning: "off" } } })

beforeAll(async () => {
  vi.stubEnv("AWS_ENDPOINT_URL_S3", server.endpoint)
  vi.stubEnv("AWS_ACCESS_KEY_ID", server.credentials.accessKeyId)
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", server.credentials.secretAccessKey)
  for (const repo of ["s3://whole", "s3://shared/of/ours"]) await runBcopy(["init", "--repo", repo, "--no-encryption"])
}, 60_000)

afterAll(async () => {
  vi.unstubAllEnvs()
  await server.stop()
})

test.each([
  ["s3://whole/inner", "s3://whole"],
  ["s3://whole/backups/deep/inner/", "s3://whole"],
  ["s3://shared/of/ours/inner?region=us-east-1", "s3://shared/of/ours"],
])("init of %s is refused: it lies in %s", async (inside, around) => {
  const { document } = await runBcopy(["init", "--repo", inside, "--no-encryption"], { expect: [14] })
  expect(document.error).toMatchObject({ code: "Refused", message: `${inside} lies in another repository, ${around}` })
})

test("beside another repository there is room, and inside of one with --yes", async () => {
  await runBcopy(["init", "--repo", "s3://shared/of/theirs", "--no-encryption"])
  await runBcopy(["init", "--repo", "s3://whole/inner", "--no-encryption", "--yes"])
})
