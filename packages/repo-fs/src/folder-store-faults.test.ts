import { lstat, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from "node:fs/promises"
import { execFileSync } from "node:child_process"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type ObjectKey, parseObjectKey, type RepoStore, writeOnce } from "@bcopy/repo"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { FileSystem, FileToWrite } from "./file-system.ts"
import { folderStore, folderStoreOn } from "./folder-store.ts"
import { nodeFileSystem } from "./node-file-system.ts"
import { prepareFolder } from "./prepare-folder.ts"

const key = parseObjectKey("backups/b1/log/1")
const bytes = new Uint8Array([1, 2, 3])
let above = ""
let path = ""

beforeEach(async () => {
  above = await mkdtemp(join(tmpdir(), "bcopy-repo-fs-"))
  path = join(above, "repository")
  await prepareFolder(path)
})
afterEach(() => rm(above, { recursive: true }))

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code })
}

function failing(code: string) {
  return () => Promise.reject(failure(code))
}

/** The machine's file system, with some calls done otherwise. */
function storeWith(otherwise: Partial<FileSystem>): RepoStore {
  return folderStoreOn({ ...nodeFileSystem, ...otherwise }, { path })
}

/** A file system whose new files fail at one step. */
function failingFile(step: keyof FileToWrite, code: string): Partial<FileSystem> {
  return {
    makeFile: async (...args) => {
      const file = await nodeFileSystem.makeFile(...args)
      const close = () => file.close()
      const fail = async () => {
        if (step === "close") await close()
        throw failure(code)
      }
      return { write: file.write, sync: file.sync, facts: file.facts, close, [step]: fail }
    },
  }
}

describe("a creation that the file system refuses", () => {
  test.each([
    ["EROFS", "ReadOnly", "mounted read-only"],
    ["EACCES", "Denied", "permission denied"],
    ["ENOSPC", "NoSpace", "no space left"],
    ["EDQUOT", "NoSpace", "quota"],
    ["EMFILE", "Unavailable", "too many open files"],
    ["ENAMETOOLONG", "Unsupported", "longer than the file system allows"],
    ["EIO", "Unavailable", "input/output error"],
    ["ESOMETHING", "Unavailable", "simulated"],
  ])("with %s rejects with %s, naming the path and the reason", async (code, meaning, reason) => {
    const creation = storeWith({ makeFile: failing(code) }).create(key, bytes)
    await expect(creation).rejects.toMatchObject({
      code: meaning,
      message: expect.stringContaining(`${path}/${key}`) as string,
    })
    await expect(creation).rejects.toThrow(reason)
  })

  test.each(["write", "sync", "close"] as const)(
    "because the disk is full at %s leaves nothing behind",
    async (step) => {
      await expect(storeWith(failingFile(step, "ENOSPC")).create(key, bytes)).rejects.toMatchObject({
        code: "NoSpace",
        hint: expect.stringContaining("Free some space") as string,
      })
      expect(await readdir(join(path, "tmp"))).toEqual([])
      expect(await folderStore({ path }).read(key)).toBeUndefined()
    },
  )

  test("says what to do where there are no hard links", async () => {
    await expect(storeWith({ link: failing("EPERM") }).create(key, bytes)).rejects.toMatchObject({
      code: "Denied",
      hint: expect.stringContaining("hard links") as string,
    })
    expect(await readdir(join(path, "tmp"))).toEqual([])
  })

  test("only when it syncs the folder is unknown: the object is there", async () => {
    const store = storeWith({ syncFolder: failing("ENOSPC") })
    await expect(store.create(key, bytes)).rejects.toMatchObject({ code: "Unavailable" })
    expect((await store.read(key))?.bytes).toEqual(bytes)
  })
})

describe("on NFS, where answers get lost", () => {
  const lossy = (code: string): Partial<FileSystem> => ({
    link: async (existing, name) => {
      await nodeFileSystem.link(existing, name)
      throw failure(code)
    },
  })

  test.each(["EEXIST", "EIO", "ETIMEDOUT"])("a link that was made though it answered %s is made", async (code) => {
    const store = storeWith(lossy(code))
    expect(await store.create(key, bytes)).toMatchObject({ created: true })
    expect((await store.read(key))?.bytes).toEqual(bytes)
  })

  test("a link that was made is seen by the second name of the file when the first look is stale", async () => {
    const store = storeWith({
      ...lossy("EIO"),
      facts: async (name) => {
        if (name.endsWith(key)) throw failure("ENOENT")
        return nodeFileSystem.facts(name)
      },
    })
    expect(await store.create(key, bytes)).toMatchObject({ created: true })
  })

  test("a link that was not made is not", async () => {
    const store = storeWith({ link: failing("EIO") })
    await expect(store.create(key, bytes)).rejects.toMatchObject({ code: "Unavailable" })
  })
})

describe("a folder that is not the one it was", () => {
  async function unmount(): Promise<void> {
    await rename(path, `${path}.elsewhere`)
  }

  async function expectUnknown(store: RepoStore): Promise<void> {
    const unknown = { code: "Unavailable" }
    await expect(store.read(key)).rejects.toMatchObject(unknown)
    await expect(store.head(key)).rejects.toMatchObject(unknown)
    await expect(store.list("")).rejects.toMatchObject(unknown)
    await expect(store.list("backups/", { folders: true })).rejects.toMatchObject(unknown)
    await expect(store.create(parseObjectKey("new"), bytes)).rejects.toMatchObject(unknown)
    await expect(store.remove(key)).rejects.toMatchObject(unknown)
    await expect(store.instance(key)).rejects.toMatchObject(unknown)
    await expect(store.date()).rejects.toMatchObject(unknown)
  }

  test("because it is gone makes everything unknown, never absent", async () => {
    const store = folderStore({ path })
    await store.create(key, bytes)
    await unmount()
    await expectUnknown(store)
    await expectUnknown(folderStore({ path }))
  })

  test("because an empty one took its place makes everything unknown, and nothing is made in it", async () => {
    const store = folderStore({ path })
    await store.create(key, bytes)
    await unmount()
    await mkdir(path)
    await expectUnknown(store)
    expect(await readdir(path)).toEqual([])
  })

  test("is itself again once it is back", async () => {
    const store = folderStore({ path })
    await store.create(key, bytes)
    await unmount()
    await expect(store.read(key)).rejects.toMatchObject({ code: "Unavailable" })
    await rename(`${path}.elsewhere`, path)
    expect((await store.read(key))?.bytes).toEqual(bytes)
  })

  test("may be reached by a link", async () => {
    await symlink(path, join(above, "link"))
    const store = folderStore({ path: join(above, "link") })
    await store.create(key, bytes)
    expect((await folderStore({ path }).list("")).objects).toMatchObject([{ key }])
  })
})

describe("what is no plain file", () => {
  const reads = async (store: RepoStore, name: ObjectKey) => {
    const refused = { code: "Unavailable", message: expect.stringContaining("not an object") as string }
    await expect(store.read(name)).rejects.toMatchObject(refused)
    await expect(store.head(name)).rejects.toMatchObject(refused)
    await expect(store.list("")).rejects.toMatchObject(refused)
    await expect(store.list("", { folders: true })).rejects.toMatchObject(refused)
    await expect(store.create(name, bytes)).rejects.toMatchObject(refused)
    await expect(store.remove(name)).rejects.toMatchObject(refused)
  }

  test("but a link is refused, wherever it leads", async () => {
    await writeFile(join(above, "secret"), "secret")
    await symlink(join(above, "secret"), join(path, "a"))
    await reads(folderStore({ path }), parseObjectKey("a"))
    await rm(join(path, "a"))
    await symlink(join(above, "nowhere"), join(path, "a"))
    await reads(folderStore({ path }), parseObjectKey("a"))
  })

  test("but a pipe is refused and not waited for", async () => {
    execFileSync("mkfifo", [join(path, "a")])
    await reads(folderStore({ path }), parseObjectKey("a"))
  })

  test("but a link to a folder is refused by lists that meet it", async () => {
    await mkdir(join(above, "other"))
    await symlink(join(above, "other"), join(path, "backups"))
    await expect(folderStore({ path }).list("")).rejects.toMatchObject({ code: "Unavailable" })
    await expect(folderStore({ path }).list("log/")).resolves.toMatchObject({ objects: [] })
  })
})

test("an object and a folder of the same name are refused, and nothing is stored", async () => {
  const store = folderStore({ path })
  await store.create(key, bytes)
  await expect(store.create(parseObjectKey("backups"), bytes)).rejects.toMatchObject({ code: "Unsupported" })
  await expect(store.create(parseObjectKey(`${key}/below`), bytes)).rejects.toMatchObject({ code: "Unsupported" })
  await expect(store.create(parseObjectKey(`${key}/far/below`), bytes)).rejects.toMatchObject({ code: "Unsupported" })
  expect((await store.list("")).objects).toMatchObject([{ key }])
})

test("a read that the disk fails is unknown", async () => {
  await folderStore({ path }).create(key, bytes)
  const store = storeWith({
    openFile: async (name) => {
      const file = await nodeFileSystem.openFile(name)
      return { facts: () => file.facts(), close: () => file.close(), read: failing("EIO") }
    },
  })
  await expect(store.read(key)).rejects.toMatchObject({ code: "Unavailable" })
})

test("a file that shrinks while it is read is unknown", async () => {
  await folderStore({ path }).create(key, bytes)
  const store = storeWith({
    openFile: async (name) => {
      const file = await nodeFileSystem.openFile(name)
      return { facts: () => file.facts(), close: () => file.close(), read: (offset) => file.read(offset, 1) }
    },
  })
  await expect(store.read(key)).rejects.toThrow("1 bytes of 3")
})

test("a folder that cannot be read is unknown, not empty", async () => {
  await folderStore({ path }).create(key, bytes)
  await expect(storeWith({ readFolder: failing("EACCES") }).list("")).rejects.toMatchObject({ code: "Denied" })
  await expect(storeWith({ readFolder: failing("EIO") }).list("")).rejects.toMatchObject({ code: "Unavailable" })
})

test("a read-only folder is read, tells the machine's time, and takes no writes", async () => {
  await folderStore({ path }).create(key, bytes)
  const refuse = failing("EROFS")
  const frozen = { ...nodeFileSystem, makeFile: refuse, makeFolder: refuse, unlink: refuse, link: refuse }
  const store = folderStoreOn(frozen, { path, clock: { now: () => 12345 } })
  expect((await store.read(key))?.bytes).toEqual(bytes)
  expect(await store.list("")).toMatchObject({ objects: [{ key }], dateMs: 12345 })
  expect(await store.date()).toBe(12345)
  await expect(store.create(parseObjectKey("b"), bytes)).rejects.toMatchObject({ code: "ReadOnly" })
  await expect(store.remove(key)).rejects.toMatchObject({ code: "ReadOnly" })
})

test("creations go on while others clear empty folders away", async () => {
  const store = folderStore({ path })
  const other = folderStore({ path })
  const beats = Array.from({ length: 40 }, (_, beat) => parseObjectKey(`backups/b1/sessions/w1/${beat % 4}/${beat}`))
  await Promise.all(
    beats.map(async (beat) => {
      expect(await store.create(beat, bytes)).toMatchObject({ created: true })
      await other.remove(beat)
    }),
  )
  expect((await store.list("")).objects).toEqual([])
  expect(await readdir(path)).toEqual(["tmp"])
})

test("the way is made again as often as it takes, but not for ever", async () => {
  const store = storeWith({ link: failing("ENOENT") })
  await expect(store.create(key, bytes)).rejects.toMatchObject({ code: "Unavailable" })
})

test("an attempt whose folder could not be synced is won when it is made again", async () => {
  let syncs = 0
  const store = storeWith({
    syncFolder: (name) => (++syncs === 1 ? Promise.reject(failure("EIO")) : nodeFileSystem.syncFolder(name)),
  })
  const lawful = writeOnce(store, { onTampering: () => undefined })
  expect(await lawful.create(key, bytes)).toMatchObject({ outcome: "won" })
})

test("files and folders are for their owner only, or as asked", async () => {
  const modeOf = async (name: string) => (await lstat(join(path, name))).mode & 0o777
  await folderStore({ path }).create(key, bytes)
  expect(await Promise.all([key, "backups", "tmp"].map(modeOf))).toEqual([0o600, 0o700, 0o700])
  await folderStore({ path, fileMode: 0o640, folderMode: 0o750 }).create(parseObjectKey("c/d"), bytes)
  expect(await Promise.all(["c/d", "c"].map(modeOf))).toEqual([0o640, 0o750])
})
