import { afterAll, test } from "vitest"
import { startFakeS3 } from "../../packages/repo-s3/src/testing/index.ts"
import { passportCases } from "./passport-cases.ts"
import { storyCases } from "./story-cases.ts"

const server = await startFakeS3({
  buckets: {
    plain: { versioning: "off", objectLock: false },
    versioned: { versioning: "enabled", objectLock: false },
    locked: { versioning: "enabled", objectLock: true },
  },
})

afterAll(() => server.stop())

// The other kinds of bucket have their turn on a real server: `npm run ceph`.
const stories = storyCases(server).filter(({ name }) => name.startsWith("locked"))
for (const { name, run } of [...passportCases(server), ...stories]) test(name, run, 60_000)
