import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { makeFolders } from "./make-folders.ts"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bcopy-folders-"))
})
afterEach(() => rmSync(folder, { recursive: true }))

test("folders above are made too, and what is there stays", async () => {
  const path = join(folder, "a/b/c")
  await makeFolders(path, { mode: 0o700 })
  await makeFolders(path)
  expect(statSync(path).isDirectory()).toBe(true)
  if (process.platform !== "win32") expect(statSync(join(folder, "a")).mode & 0o777).toBe(0o700)
})

test("a file in the way is told of", async () => {
  writeFileSync(join(folder, "file"), "")
  await expect(makeFolders(join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" })
  await expect(makeFolders(join(folder, "file/below"))).rejects.toMatchObject({ code: "ENOTDIR" })
})

test.skipIf(!existsSync("/proc/self"))("where none can be made, that is said, once", { timeout: 5000 }, async () => {
  await expect(makeFolders("/proc/nowhere/below")).rejects.toMatchObject({ code: "ENOENT" })
})
