import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { knownRepositories } from "./known-repositories.ts"

const sealed = { repository: "0a".repeat(16), encrypted: true, roots: [], heads: {} }

test("who has no home knows nothing, and is told that nothing can be remembered", async () => {
  const known = knownRepositories({ env: {} }, () => {
    throw new Error("uv_os_homedir returned ENOENT")
  })
  expect(await known.recall("/srv/repo")).toBeUndefined()
  expect([await known.knows("/srv/repo"), await known.forget("/srv/repo")]).toEqual([false, false])
  await expect(known.remember("/srv/repo", sealed)).rejects.toThrow("set HOME or BCOPY_CONFIG_DIR")
  // Of one in the clear nothing would be.
  await known.remember("/srv/repo", { ...sealed, encrypted: false })
})

test("a home that the system knows is where it is remembered", async () => {
  const home = mkdtempSync(join(tmpdir(), "bcopy-home-"))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const known = knownRepositories({ env: {} }, () => home)
  await known.remember("/srv/repo", sealed)
  expect(await known.recall("/srv/repo")).toEqual(sealed)
  if (process.platform !== "win32") expect(readdirSync(join(home, ".config/bcopy/known"))).toHaveLength(1)
})
