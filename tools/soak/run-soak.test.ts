import { expect, test } from "vitest"
import { renderTally, runSoak, type RunSoakOptions, type SoakTally } from "./run-soak.ts"
import type { SoakCase } from "./soak-case.ts"

/** Runs a soak by a clock that moves on by a second whenever it is asked. */
async function soak(cases: readonly SoakCase[], options: Partial<RunSoakOptions>) {
  let nowMs = 0
  const lines: string[] = []
  const tally: SoakTally = { rounds: 0, cases: 0, failures: [] }
  const around = {
    now: () => (nowMs += 1000),
    untilMs: Infinity,
    replayArgs: [],
    print: (line: string) => lines.push(line),
  }
  await runSoak(cases, { seed: 7, rounds: Infinity, ...around, ...options }, tally)
  return { lines, tally }
}

function noting(name: string, isWrong = (_seed: number) => false): SoakCase & { readonly seeds: number[] } {
  const seeds: number[] = []
  const run = async (seed: number) => {
    seeds.push(seed)
    if (isWrong(seed)) throw new Error("a point is lost")
  }
  return { name, seeds, run }
}

test("each round has a seed of its own, the same ones from the same start, and the first is the start", async () => {
  const [once, again] = [noting("once"), noting("again")]
  await soak([once], { rounds: 4 })
  await soak([again], { rounds: 4 })
  expect(once.seeds[0]).toBe(7)
  expect(new Set(once.seeds).size).toBe(4)
  expect(again.seeds).toEqual(once.seeds)
})

test("what fails is printed with the command that runs just that again, and the rest goes on", async () => {
  const bad = noting("bad", (seed) => seed !== 7)
  const good = noting("good")
  const { lines, tally } = await soak([bad, good], { rounds: 2, replayArgs: ["--quick"] })
  const replay = `npm run soak -- --quick --only bad --seed ${bad.seeds[1]} --rounds 1`
  expect(tally).toEqual({ rounds: 2, cases: 4, failures: [replay] })
  expect(good.seeds).toHaveLength(2)
  expect(lines).toContain(`        ${replay}`)
  expect(lines).toContain("        a point is lost")
  expect(renderTally(tally, 4000)).toBe(`failed: ${replay}\nsoak: 4 cases, 2 whole rounds, 1 failures, 4.0 s`)
})

test("the seed that is printed, given as the start, is the seed that the case gets again", async () => {
  const bad = noting("bad", (seed) => seed !== 7)
  await soak([bad], { rounds: 2 })
  const replayed = noting("bad")
  await soak([replayed], { seed: bad.seeds[1], rounds: 1 })
  expect(replayed.seeds).toEqual([bad.seeds[1]])
})

test("no case begins when the time is over", async () => {
  const { tally } = await soak([noting("one"), noting("two")], { untilMs: 8000 })
  expect(tally).toMatchObject({ failures: [], rounds: 1, cases: 3 })
})
