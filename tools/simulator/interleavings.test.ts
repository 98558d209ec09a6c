import { describe, expect, test } from "vitest"
import { interleavings, play } from "./interleavings/index.ts"

describe("whoever meets whom, and wherever", () => {
  test.each(interleavings.filter(({ broken }) => broken === undefined))("$name: every promise holds", async (one) => {
    expect(await play(one)).toEqual([])
  })
})

// Who mends one takes its `broken` away.
test.fails.each(interleavings.filter(({ broken }) => broken !== undefined))("$name: $broken", async (one) => {
  expect(await play(one)).toEqual([])
})
