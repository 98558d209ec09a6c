import { expect, test } from "vitest"
import { eachRegion } from "./map-regions.ts"

test.for([0, 1, 15, 16, 17, 272, 273, 1000])("each of %i leaves comes once and in order", async (count) => {
  const seen: number[] = []
  await eachRegion(
    count,
    async (leaves) => leaves.length,
    async (prepared, leaves) => {
      expect(prepared).toBe(leaves.length)
      seen.push(...leaves)
    },
  )
  expect(seen).toEqual(Array.from({ length: count }, (_, at) => at))
})

test("the next region is prepared while one is worked with, and no more than that", async () => {
  const story: string[] = []
  await eachRegion(
    600,
    async ([first]) => {
      story.push(`prepare ${first}`)
      return first
    },
    async (first) => {
      story.push(`begin ${first}`)
      await new Promise((resolve) => setImmediate(resolve))
      story.push(`end ${first}`)
    },
  )
  expect(story).toEqual(
    "prepare 0, prepare 16, begin 0, end 0, prepare 272, begin 16, end 16, prepare 528, begin 272, end 272, begin 528, end 528".split(
      ", ",
    ),
  )
})

test("when work fails, the region that is being prepared is waited for", async () => {
  let prepared = 0
  const failed = eachRegion(
    300,
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      prepared++
    },
    async () => {
      throw new Error("no more")
    },
  )
  await expect(failed).rejects.toThrow("no more")
  expect(prepared).toBe(2)
})

test("a region that cannot be prepared ends it, behind the work before it", async () => {
  const worked: number[] = []
  const failed = eachRegion(
    300,
    async ([first]) => {
      if (first === 16) throw new Error("damaged")
    },
    async (_, leaves) => void worked.push(...leaves),
  )
  await expect(failed).rejects.toThrow("damaged")
  expect(worked).toHaveLength(16)
})
