import { expect, test } from "vitest"
import { MAX_LISTED_RUNS, parseCondemnedList, runsOf } from "./condemned-list.ts"

const session = "5".repeat(32)
const listOf = (count: number) => ({
  epoch: 1,
  stage: "condemned",
  atMs: 2,
  oldestMs: 1,
  packs: [{ session, runs: Array.from({ length: count }, (_, at) => [4 * at + 1, 1, 1]) }],
})

test("a condemned list has as many runs as the document says, over all sessions, and no more", () => {
  expect(parseCondemnedList(listOf(MAX_LISTED_RUNS), "list").packs[0]?.runs).toHaveLength(100_000)
  const more = listOf(MAX_LISTED_RUNS)
  const two = { ...more, packs: [...more.packs, { session: "6".repeat(32), runs: [[1, 1, 1]] }] }
  expect(() => parseCondemnedList(two, "list")).toThrow(
    expect.objectContaining({ code: "TooLarge", message: "list has 100001 runs of packs, at most 100000" }),
  )
})

test("numbers become the fewest runs that say the same", () => {
  const numbers = [1, 3, 5, 8, 9, 10, 20]
  const named = runsOf(numbers).flatMap(([first, count, step]) =>
    Array.from({ length: count }, (_, at) => first + at * step),
  )
  expect(named).toEqual(numbers)
  expect(runsOf([2, 4, 6])).toEqual([[2, 3, 2]])
  expect(runsOf([])).toEqual([])
})
