import assert from "node:assert/strict"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseObjectKey } from "@bcopy/repo"
import { folderPassport, folderStore, prepareFolder, requireFit } from "@bcopy/repo-fs"

const home = await mkdtemp(join(tmpdir(), "bcopy-example-"))
const path = join(home, "repository")

// Once: make the folder, and find out whether it can keep a repository at all.
await prepareFolder(path)
const passport = await folderPassport(path, { random: Math.random })
requireFit(passport, path)

// Then: create objects, each once and for good.
const store = folderStore({ path })
const key = parseObjectKey("backups/b1/log/1")
assert.equal((await store.create(key, new TextEncoder().encode("first"))).created, true)
assert.equal((await store.create(key, new TextEncoder().encode("second"))).created, false)
assert.equal(new TextDecoder().decode((await store.read(key))?.bytes), "first")

await rm(home, { recursive: true })
