import { afterAll, test } from "vitest"
import { s3Cases } from "./s3-cases.ts"
import { startDouble } from "./start-double.ts"
import { testBuckets } from "./test-bucket.ts"

const server = await startDouble()

afterAll(() => server.stop())

// The others have their turn by `npm run test:s3 -- --all`, and on a real server by `npm run ceph -- --all`.
const cases = (await s3Cases(testBuckets(server))).filter(({ takes }) => takes === undefined)
// At once: one of them sleeps for the most part, and one is other processes' work.
for (const { name, run } of cases) test.concurrent(name, run, 60_000)
