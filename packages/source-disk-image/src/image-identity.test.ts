import { expect, test } from "vitest"
import type { FileState } from "./file-state.ts"
import { imageIdentity, type DiskState } from "./image-identity.ts"

const ctimeNs = 1_700_000_000_123_456_789n
const nowMs = 1_700_000_100_000
const state: FileState = { dev: 1n, ino: 7n, sizeBytes: 100n, mtimeNs: 5n, ctimeNs }
const disk: DiskState = { name: "sda", state }

test("equal inode, size and times give equal identities", () => {
  expect(imageIdentity([disk], nowMs)).toBe(imageIdentity([{ name: "sda", state: { ...state } }], nowMs + 1))
})

test("anything that differs gives another identity", () => {
  const others: DiskState[][] = [
    [{ ...disk, name: "sdb" }],
    [disk, disk],
    ...Object.keys(state).map((key) => [{ ...disk, state: { ...state, [key]: 999n } }]),
  ]
  const identities = [[disk], ...others].map((disks) => imageIdentity(disks, nowMs))
  expect(new Set(identities).size).toBe(others.length + 1)
})

test("a block device among the disks leaves none", () => {
  expect(imageIdentity([disk, { name: "sdb", state: undefined }], nowMs)).toBeUndefined()
})

test("a file changed within a tick of now leaves none: the next change could bear the same time", () => {
  const changedMs = Number(ctimeNs / 1_000_000n)
  expect(imageIdentity([disk], changedMs + 10)).toBeUndefined()
  expect(imageIdentity([disk], changedMs + 30)).toBeDefined()
})

test("a time in whole seconds is trusted only after two of them", () => {
  const coarse = [{ ...disk, state: { ...state, ctimeNs: 1_700_000_000_000_000_000n } }]
  expect(imageIdentity(coarse, 1_700_000_001_500)).toBeUndefined()
  expect(imageIdentity(coarse, 1_700_000_002_500)).toBeDefined()
})
