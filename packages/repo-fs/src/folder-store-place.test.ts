import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { appendFile, chmod, mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { parseObjectKey } from "@bcopy/repo"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { folderStore, folderStoreOn } from "./folder-store.ts"
import { nodeFileSystem } from "./node-file-system.ts"
import { prepareFolder } from "./prepare-folder.ts"
import { sweepTemporary } from "./sweep-temporary.ts"

const anchor = parseObjectKey("bcopy.json")
const bytes = new Uint8Array([1, 2, 3])
const dayMs = 24 * 3600 * 1000
let above = ""
let path = ""

beforeEach(async () => {
  above = await mkdtemp(join(tmpdir(), "bcopy-repo-fs-"))
  path = join(above, "repository")
  await prepareFolder(path)
})
afterEach(() => rm(above, { recursive: true }))

describe("an instance", () => {
  const instance = (folder: string) => folderStore({ path: folder }).instance(anchor)

  test("is another one in a copy, and the same after a move, a chmod and a touch", async () => {
    await folderStore({ path }).create(anchor, bytes)
    const first = await instance(path)
    expect(first).toMatch(/^fs:\d+:\d+$/)
    execFileSync("cp", ["-a", path, join(above, "copy")])
    expect(await instance(join(above, "copy"))).not.toBe(first)
    await chmod(join(path, anchor), 0o400)
    await utimes(join(path, anchor), 0, 0)
    await rename(path, join(above, "moved"))
    expect(await instance(join(above, "moved"))).toBe(first)
  })

  test("does without a birth time where there is none", async () => {
    await folderStore({ path }).create(anchor, bytes)
    const facts = async (name: string) => ({ ...(await nodeFileSystem.facts(name)), bornNs: 0n })
    const { ino } = await stat(join(path, anchor))
    expect(await folderStoreOn({ ...nodeFileSystem, facts }, { path }).instance(anchor)).toBe(`fs:${ino}`)
  })
})

describe("tmp/", () => {
  const hex = "0123456789abcdef01234567"

  test("is never data", async () => {
    const store = folderStore({ path })
    await writeFile(join(path, "tmp", `bcopy-${hex}`), "left behind")
    await writeFile(join(path, "tmp", "a"), "by somebody")
    await store.create(anchor, bytes)
    expect((await store.list("")).objects.map(({ key }) => key)).toEqual([anchor])
    expect((await store.list("", { folders: true })).folders).toEqual([])
    for (const text of ["tmp", "tmp/a"]) {
      await expect(store.create(parseObjectKey(text), bytes)).rejects.toMatchObject({ code: "BadKey" })
      await expect(store.read(parseObjectKey(text))).rejects.toMatchObject({ code: "BadKey" })
    }
    expect((await store.create(parseObjectKey("tmpa"), bytes)).created).toBe(true)
  })

  test("is made again when it was cleared away", async () => {
    await rm(join(path, "tmp"), { recursive: true })
    expect((await folderStore({ path }).create(anchor, bytes)).created).toBe(true)
  })

  test("is swept of what crashed processes left a day ago, and of nothing else", async () => {
    const store = folderStore({ path })
    await store.create(anchor, bytes)
    const nowMs = await store.date()
    const old = new Date(nowMs - dayMs - 1000)
    for (const name of [`bcopy-${hex}`, `bcopy-${hex}0`, "notes.txt"]) await writeFile(join(path, "tmp", name), "x")
    for (const name of await readdir(join(path, "tmp"))) await utimes(join(path, "tmp", name), old, old)
    await writeFile(join(path, "tmp", "bcopy-aaaaaaaaaaaaaaaaaaaaaaaa"), "under way")
    expect(await sweepTemporary(path, nowMs)).toBe(1)
    expect((await readdir(join(path, "tmp"))).toSorted()).toEqual([
      `bcopy-${hex}0`,
      "bcopy-aaaaaaaaaaaaaaaaaaaaaaaa",
      "notes.txt",
    ])
    expect(await sweepTemporary(join(above, "nothing-here"), nowMs)).toBe(0)
  })
})

test("files of others are passed over, as they cannot be keys", async () => {
  await mkdir(join(path, "lost+found"))
  await writeFile(join(path, ".DS_Store"), "x")
  await mkdir(join(path, "backups"))
  await writeFile(join(path, "backups", "Thumbs.db"), "x")
  const store = folderStore({ path })
  expect(await store.list("")).toMatchObject({ objects: [], folders: [] })
  expect(await store.list("", { folders: true })).toMatchObject({ objects: [], folders: [] })
})

test("the date is the file system's, and lists follow it without asking", async () => {
  let made = 0
  const aheadMs = 3_600_000
  const makeFile: typeof nodeFileSystem.makeFile = async (...args) => {
    made += 1
    const file = await nodeFileSystem.makeFile(...args)
    const facts = async () => ({ ...(await file.facts()), modifiedAtMs: 1000 + aheadMs })
    return { write: file.write, sync: file.sync, close: file.close, facts }
  }
  const store = folderStoreOn({ ...nodeFileSystem, makeFile }, { path, clock: { now: () => 1000 } })
  expect(await store.date()).toBe(1000 + aheadMs)
  expect((await store.list("")).dateMs).toBe(1000 + aheadMs)
  expect(made).toBe(1)
  expect(await readdir(join(path, "tmp"))).toEqual([])
})

test("a folder of 10 000 objects is listed in pages, reading no more than it must", async () => {
  await mkdir(join(path, "packs"))
  await mkdir(join(path, "zzz"))
  const names = Array.from({ length: 10_000 }, (_, number) => String(number).padStart(5, "0"))
  for (let start = 0; start < names.length; start += 500) {
    await Promise.all(names.slice(start, start + 500).map((name) => writeFile(join(path, "packs", name), "")))
  }
  const read: string[] = []
  const looked: string[] = []
  const store = folderStoreOn(
    {
      ...nodeFileSystem,
      readFolder: (folder) => {
        read.push(folder.slice(path.length))
        return nodeFileSystem.readFolder(folder)
      },
      facts: (name) => {
        if (name.includes("packs/")) looked.push(name)
        return nodeFileSystem.facts(name)
      },
    },
    { path },
  )
  const found: string[] = []
  for (let after: string | undefined; ;) {
    const page = await store.list("packs/", { limit: 1000, ...(after !== undefined && { after }) })
    found.push(...page.objects.map(({ key }) => key.slice("packs/".length)))
    if (page.next === undefined) break
    after = page.next
  }
  expect(found).toEqual(names)
  expect(read).toEqual(Array.from({ length: 10 }, () => "/packs/"))
  expect(looked).toHaveLength(10_000)
})

test("a page under a prefix walks into no folder that it does not need", async () => {
  const store = folderStore({ path })
  for (const text of ["a/1", "b/1", "b/2", "c/d/1", "e/1"]) await store.create(parseObjectKey(text), bytes)
  const read: string[] = []
  const readFolder: typeof nodeFileSystem.readFolder = (folder) => {
    read.push(folder.slice(path.length + 1))
    return nodeFileSystem.readFolder(folder)
  }
  const watched = folderStoreOn({ ...nodeFileSystem, readFolder }, { path })
  expect((await watched.list("", { after: "b/1", limit: 1 })).objects.map(({ key }) => key)).toEqual(["b/2"])
  expect(read).toEqual(["", "b/", "c/", "c/d/"])
})

/** A process that creates objects through its own store; each line of its output is what it did. */
function otherProcess(script: string, ...args: string[]) {
  const folderStoreModule = new URL("folder-store.ts", import.meta.url).href
  const prelude = `
    import { folderStore } from ${JSON.stringify(folderStoreModule)}
    const [path, name] = process.argv.slice(1)
    const store = folderStore({ path })`
  const flags = ["--conditions=@bcopy/source", "--disable-warning=ExperimentalWarning", "--input-type=module"]
  return spawn(process.execPath, [...flags, "-e", prelude + script, path, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  })
}

test("of several processes that create the same keys exactly one wins each, and all see its bytes", async () => {
  const script = `
    for (let number = 0; number < 200; number++) {
      const { created } = await store.create("log/" + number, new TextEncoder().encode(name))
      const { bytes } = await store.read("log/" + number)
      console.log(created + " " + new TextDecoder().decode(bytes))
    }`
  const outputs = await Promise.all(
    ["a", "b", "c"].map(async (name) => {
      const lines: string[] = []
      const child = otherProcess(script, name)
      createInterface(child.stdout).on("line", (line) => lines.push(line))
      const [code] = (await once(child, "close")) as [number]
      expect(code).toBe(0)
      return { name, lines }
    }),
  )
  for (let number = 0; number < 200; number++) {
    const winners = outputs.filter(({ lines }) => lines[number]?.startsWith("true"))
    expect(winners).toHaveLength(1)
    for (const { lines } of outputs) expect(lines[number]?.split(" ")[1]).toBe(winners[0]?.name)
  }
})

test("a process killed while it creates leaves whole objects only", async () => {
  const script = `
    for (let number = 0; ; number++) {
      await store.create("packs/" + String(number).padStart(6, "0"), new Uint8Array(300_000).fill(number))
      console.log(String(number))
    }`
  const child = otherProcess(script)
  let told = -1
  for await (const line of createInterface(child.stdout)) {
    told = Number(line)
    if (told === 20) child.kill("SIGKILL")
  }
  const store = folderStore({ path })
  const { objects } = await store.list("packs/")
  expect(objects.length).toBeGreaterThan(told)
  for (const [number, { key }] of objects.entries()) {
    expect(key).toBe(`packs/${String(number).padStart(6, "0")}`)
    const found = await store.read(key)
    expect(found?.bytes.length).toBe(300_000)
    expect(found?.bytes.every((byte) => byte === (number & 0xff))).toBe(true)
  }
})

test("an object that somebody appended to is read as it is now: who reads must check what it opens", async () => {
  const store = folderStore({ path })
  await store.create(anchor, bytes)
  await appendFile(join(path, anchor), new Uint8Array([4]))
  expect(await store.read(anchor)).toMatchObject({ bytes: new Uint8Array([1, 2, 3, 4]), objectBytes: 4 })
})
