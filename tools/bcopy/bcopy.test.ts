import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"

test("a relative path means the folder that npm was called in", () => {
  const folder = mkdtempSync(join(tmpdir(), "bcopy-script-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const argv = ["--conditions=@bcopy/source", join(import.meta.dirname, "bcopy.ts"), "init", "--no-encryption"]
  const env = { ...process.env, INIT_CWD: folder }
  execFileSync(process.execPath, [...argv, "--repo", "repo"], { cwd: import.meta.dirname, env })
  expect(existsSync(join(folder, "repo", "bcopy.json"))).toBe(true)
})
