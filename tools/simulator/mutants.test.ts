import { expect, test } from "vitest"
import { interleavings } from "./interleavings/index.ts"
import { mutants } from "./mutants.ts"
import { playMutant, twoAtATime } from "./play-mutant.ts"

// All of them are `npm run simulate:mutants`; here they are played with `BCOPY_TEST_ALL=1`.
const played = process.env["BCOPY_TEST_ALL"] === "1" ? mutants : mutants.filter((_, at) => at % 4 === 0)

test(
  "each protection that is taken out is missed by the interleaving that it names",
  { timeout: 120_000 },
  async () => {
    const found = await twoAtATime(played, async (mutant) => [mutant.name, await playMutant(mutant)])
    expect(found.filter(([, problem]) => problem === undefined)).toEqual([])
  },
)

test("what mutants name is there, and sound", () => {
  const sound = interleavings.filter(({ broken }) => broken === undefined).map(({ name }) => name)
  for (const { foundBy } of mutants) expect(sound).toContain(foundBy)
  for (const name of sound) expect(interleavings.filter((one) => one.name === name)).toHaveLength(1)
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
})
