import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { allCases } from "./all-cases.ts"
import { soakImages } from "./soak-images.ts"

// The short form of the case that asks most, with one seed; `npm run soak -- --quick` runs the short form of most, without it all run.
const folder = mkdtempSync(join(tmpdir(), "bcopy-soak-"))
afterAll(() => rmSync(folder, { recursive: true }))
const images = soakImages(folder)
const cases = allCases({ folder, images, quick: true })

test("a name tells one case among all of them", () => {
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
})

test("the images differ, and none of them holds a block twice", () => {
  const every = images.map((image) => {
    const bytes = readFileSync(image)
    const ids: string[] = []
    for (let at = 0; at < bytes.length; at += 64 << 10) {
      const block = bytes.subarray(at, at + (64 << 10))
      if (block.some((byte) => byte !== 0)) ids.push(createHash("sha256").update(block).digest("hex"))
    }
    expect(new Set(ids).size).toBe(ids.length)
    return ids.join()
  })
  expect(new Set(every).size).toBe(images.length)
})

test(
  "a writer is killed at any moment: what is committed is whole, and the next run goes on",
  { timeout: 120_000 },
  async () => {
    await cases.find(({ name }) => name === "kill-checkpoints")?.run(1)
  },
)
