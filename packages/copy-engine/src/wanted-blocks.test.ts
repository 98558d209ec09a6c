import { expect, test } from "vitest"
import { WantedBlocks } from "./wanted-blocks.ts"

/** Blocks 0, 1, 2 … with these slots; `undefined` for none. */
function waiting(slots: readonly (number | undefined)[], maxBlocks = 32): WantedBlocks {
  const blocks = new WantedBlocks(maxBlocks)
  for (const [block, slot] of slots.entries()) blocks.add({ block, id: new Uint8Array(32) }, slot)
  return blocks
}

function groupsOf(blocks: WantedBlocks): readonly (readonly number[])[] {
  const groups: number[][] = []
  while (blocks.count > 0) groups.push(blocks.next().blocks.map(({ block }) => block))
  return groups
}

test("blocks of one slot are given out together, however they lie among those of others", () => {
  const slots = [1, 2, 3, 1, 2, 3, 1, 2, 3]
  expect(groupsOf(waiting(slots, 6))).toEqual([
    [0, 1, 3, 4, 6, 7],
    [2, 5, 8],
  ])
})

test("slots come in the order of their first blocks: none that fits is taken before one that does not", () => {
  expect(groupsOf(waiting([1, 1, 1, 2, 2, 3], 4))).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ])
})

test("only a slot with more blocks than a group has is cut", () => {
  expect(groupsOf(waiting([7, 7, 7, 7, 7, 8], 2))).toEqual([
    [0, 1],
    [2, 3],
    [4, 5],
  ])
})

test("blocks without slots come as they are", () => {
  expect(groupsOf(waiting([undefined, undefined, undefined], 2))).toEqual([[0, 1], [2]])
})

test("a block knows its group, and its place there", () => {
  const blocks = new WantedBlocks(4)
  const wanted = [5, 6, 9].map((block) => ({ block, id: new Uint8Array(32) }))
  for (const [at, one] of wanted.entries()) blocks.add(one, at % 2)
  const group = blocks.next()
  expect(wanted.map((one) => (one as { with?: { at: number } }).with?.at)).toEqual([0, 1, 2])
  expect(wanted.every((one) => (one as { with?: { group: unknown } }).with?.group === group)).toBe(true)
})
