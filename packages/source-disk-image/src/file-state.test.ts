import { expect, test } from "vitest"
import { stateChange, type FileState } from "./file-state.ts"

const before: FileState = { dev: 1n, ino: 7n, sizeBytes: 100n, mtimeNs: 1_000_000_000_000_000_001n, ctimeNs: 5n }

test("the same state is no change", () => {
  expect(stateChange(before, { ...before })).toBeUndefined()
})

const changes: [name: string, after: Partial<FileState>, said: string][] = [
  ["another inode", { ino: 8n }, "another file took its place (inode 7, now 8)"],
  ["another device", { dev: 2n }, "another file took its place (inode 7, now 7)"],
  ["another size", { sizeBytes: 90n }, "its size went from 100 to 90 bytes"],
  [
    "a nanosecond of mtime",
    { mtimeNs: 1_000_000_000_000_000_002n },
    "it was written to (modified 2001-09-09T01:46:40.000000001Z, now 2001-09-09T01:46:40.000000002Z)",
  ],
  [
    "ctime before 1970",
    { ctimeNs: -1n },
    "its status changed (1970-01-01T00:00:00.000000005Z, now 1969-12-31T23:59:59.999999999Z)",
  ],
  [
    "ctime past all calendars",
    { ctimeNs: 10n ** 26n },
    "its status changed (1970-01-01T00:00:00.000000005Z, now 1" + "0".repeat(26) + " ns)",
  ],
]

for (const [name, after, said] of changes)
  test(`${name} is a change, and both values are named`, () => {
    expect(stateChange(before, { ...before, ...after })).toBe(said)
  })
