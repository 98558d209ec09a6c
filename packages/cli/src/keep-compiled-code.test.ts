import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "bcopy-compiled-"))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** Where Node keeps compiled code once it was told to in a process with this environment; empty for nowhere. */
function keptIn(environment: Readonly<Record<string, string>>): string {
  const program = `
    import { getCompileCacheDir } from "node:module"
    import { keepCompiledCode } from "./keep-compiled-code.ts"
    keepCompiledCode({ env: process.env, platform: "linux" })
    process.stdout.write(getCompileCacheDir() ?? "")`
  return execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", HOME: home, ...environment },
  })
}

test("compiled code is kept in a folder of the user alone, where the system keeps caches", () => {
  const folder = join(home, ".cache/bcopy/compiled")
  expect(keptIn({}).startsWith(folder)).toBe(true)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  const cache = join(home, "elsewhere")
  expect(keptIn({ XDG_CACHE_HOME: cache }).startsWith(join(cache, "bcopy/compiled"))).toBe(true)
})

test.skipIf(process.getuid === undefined)("nothing is run from a folder that others may write to", () => {
  const folder = join(home, ".cache/bcopy/compiled")
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o777)
  expect(keptIn({})).toBe("")
  expect(readdirSync(folder)).toEqual([])
})

test("BCOPY_CACHE_DIR says where it is kept", () => {
  const own = join(home, "own")
  expect(keptIn({ BCOPY_CACHE_DIR: own }).startsWith(join(own, "compiled"))).toBe(true)
})

test("what Node was told by its own variables goes first", () => {
  expect(keptIn({ NODE_COMPILE_CACHE: join(home, "own") }).startsWith(join(home, "own"))).toBe(true)
  expect(keptIn({ NODE_DISABLE_COMPILE_CACHE: "1" })).toBe("")
  expect(existsSync(join(home, ".cache"))).toBe(false)
})

test("without a place for it nothing is kept, and nothing fails", () => {
  const file = join(home, "file")
  writeFileSync(file, "")
  expect(keptIn({ XDG_CACHE_HOME: file })).toBe("")
  expect(keptIn({ XDG_CACHE_HOME: join(home, "missing/below") })).toBe("")
  expect(keptIn({ BCOPY_CACHE_DIR: "/proc/nowhere" })).toBe("")
  expect(keptIn({ HOME: "/proc/nowhere" })).toBe("")
})
