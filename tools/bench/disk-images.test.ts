import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { requireTool } from "@bcopy/require-tool"
import { afterAll, expect, test } from "vitest"
import { ext4Images } from "./ext4-images.ts"
import { syntheticImages } from "./synthetic-images.ts"

const sizeBytes = 16 << 20
const home = mkdtempSync(join(tmpdir(), "bcopy-images-"))
afterAll(() => rmSync(home, { recursive: true }))

const digestOf = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex")
const folder = () => mkdtempSync(join(home, "images-"))

/** Share of the 64 KiB blocks in which two images differ. */
function changedShare(one: string, other: string): number {
  const [a, b] = [readFileSync(one), readFileSync(other)]
  const block = 64 << 10
  let changed = 0
  for (let at = 0; at < a.length; at += block) if (a.compare(b, at, at + block, at, at + block) !== 0) changed++
  return changed / (a.length / block)
}

test("synthetic images are the same wherever they are made, and change a little each time", () => {
  const [first, again] = [folder(), folder()].map((path) => syntheticImages(path, { sizeBytes, versions: 2 }))
  expect(first?.map(digestOf)).toEqual(again?.map(digestOf))
  for (const [index, path] of (first ?? []).entries()) {
    expect(statSync(path).size).toBe(sizeBytes)
    if (index === 0) continue
    const share = changedShare(first?.[index - 1] as string, path)
    expect(share).toBeGreaterThan(0)
    expect(share).toBeLessThan(0.5)
  }
})

test("images that are there are not made again", () => {
  const path = folder()
  syntheticImages(path, { sizeBytes, versions: 0 })
  const { ino } = statSync(join(path, "v0.raw"))
  syntheticImages(path, { sizeBytes, versions: 1 })
  expect(statSync(join(path, "v0.raw")).ino).toBe(ino)
  expect(readdirSync(path).toSorted()).toEqual(["v0.raw", "v1.raw"])
})

test.skipIf(!requireTool("mke2fs", "e2fsprogs"))(
  "ext4 images are whole file systems, and change a little each time [needs e2fsprogs]",
  () => {
    const [first = "", second = ""] = ext4Images(folder(), { sizeBytes, versions: 1 })
    const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` }
    for (const path of [first, second]) {
      expect(statSync(path).size).toBe(sizeBytes)
      execFileSync("e2fsck", ["-fn", path], { stdio: "ignore", env })
    }
    const share = changedShare(first, second)
    expect(share).toBeGreaterThan(0)
    expect(share).toBeLessThan(0.5)
  },
)
