import { afterAll, test } from "vitest"
import { crashCases } from "./crash-cases.ts"
import { startDouble } from "./start-double.ts"

const server = await startDouble()

afterAll(() => server.stop())

// Some of the requests; all of them have their turn by `npm run test:s3 -- --all`.
const cases = crashCases(server, { every: 71, seed: 1 }).filter(({ takes }) => takes === undefined)
for (const { name, run } of cases) test(name, run, 60_000)
