import { execFileSync } from "node:child_process"
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { OpenPoint, Source, SourcePoint } from "@bcopy/source"
import { conformance, type ConformanceSubject } from "@bcopy/source/testing"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { diskImageSource, type DiskImageSourceOptions } from "./disk-image-source.ts"

const blockBytes = 4096
const nowMs = 1_736_000_000_000

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bcopy-image-"))
  path = join(folder, "sda.raw")
  writeFileSync(path, Buffer.alloc(10_000, "disk"))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function sourceOf(options: Partial<DiskImageSourceOptions> = {}): Source {
  const disks = [{ name: "sda", path }]
  return diskImageSource({ workload: "web01", platform: "proxmox", disks, clock: { now: () => nowMs }, ...options })
}

async function pointOf(source: Source): Promise<SourcePoint> {
  for await (const point of source.list()) return point
  throw new Error("no point")
}

async function opened(options: Partial<DiskImageSourceOptions> = {}): Promise<OpenPoint> {
  const source = sourceOf(options)
  return source.open(await pointOf(source), { blockBytes })
}

async function makeSubject(): Promise<ConformanceSubject> {
  const sparse = new Uint8Array(300_001)
  sparse.fill(7, 100_000, 100_100)
  const expected = [
    { name: "sda", bytes: new Uint8Array(Buffer.alloc(10_000, "disk")) },
    { name: "empty", bytes: new Uint8Array() },
    { name: "sparse", bytes: sparse },
    { name: "whole blocks", bytes: new Uint8Array(4 * blockBytes).fill(1) },
  ]
  for (const { name, bytes } of expected) {
    writeFileSync(join(folder, name), "")
    truncateSync(join(folder, name), bytes.length)
    const first = bytes.findIndex((byte) => byte !== 0)
    if (first >= 0)
      writeAt(join(folder, name), bytes.subarray(first, bytes.findLastIndex((byte) => byte !== 0) + 1), first)
  }
  const source = sourceOf({ disks: expected.map(({ name }) => ({ name, path: join(folder, name) })) })
  return { source, point: await pointOf(source), expected, blockBytes }
}

function writeAt(file: string, bytes: Uint8Array, offset: number): void {
  const descriptor = openSync(file, "r+")
  writeSync(descriptor, bytes, 0, bytes.length, offset)
  closeSync(descriptor)
}

describe("disk images conform", () => {
  for (const { name, run } of conformance) test(name, () => run(makeSubject))
})

describe("the point", () => {
  test("is called now and bears the clock's time, the workload, platform and job", async () => {
    expect(await pointOf(sourceOf({ job: "nightly" }))).toMatchObject({
      id: "now",
      workload: "web01",
      platform: "proxmox",
      job: "nightly",
      createdAtMs: nowMs,
      complete: true,
      damaged: false,
      hops: 0,
    })
  })

  test("has no order and no origin of its own", async () => {
    const point = await pointOf(sourceOf())
    for (const key of ["seq", "origin", "blockBytes"]) expect(point).not.toHaveProperty(key)
  })

  test("keeps its identity while the file is untouched, also when it is read", async () => {
    const before = await pointOf(sourceOf())
    const open = await opened()
    await open.disks[0]!.read(0, 1, new Uint8Array(blockBytes))
    await open.close()
    expect(before.identity).toBeDefined()
    expect((await pointOf(sourceOf())).identity).toBe(before.identity)
  })

  test("gets another identity when the same bytes are written again with the old times", async () => {
    const before = await pointOf(sourceOf())
    writeFileSync(path, Buffer.alloc(10_000, "disk"))
    utimesSync(path, 1, 1)
    expect((await pointOf(sourceOf())).identity).not.toBe(before.identity)
  })

  test("has no identity where changes are allowed", async () => {
    expect((await pointOf(sourceOf({ allowChanging: true }))).identity).toBeUndefined()
  })
})

describe("refused at once", () => {
  const cases: [name: string, options: Partial<DiskImageSourceOptions>, said: RegExp][] = [
    ["no disks", { disks: [] }, /"web01" has no disks/],
    [
      "two disks of one name",
      {
        disks: [
          { name: "a", path: "/x" },
          { name: "a", path: "/y" },
        ],
      },
      /two disks named "a": \/x and \/y/,
    ],
    ["a bad disk name", { disks: [{ name: "a/b", path: "/x" }] }, /disk name "a\/b"/],
    ["an unknown platform", { platform: "vmware" }, /"vmware" is not known/],
    ["a platform without images", { platform: "rds" }, /rds has no disk images/],
    ["a workload without a name", { workload: "" }, /no name/],
  ]
  for (const [name, options, said] of cases)
    test(name, () => {
      expect(() => sourceOf(options)).toThrow(
        expect.objectContaining({ code: "Refused", message: expect.stringMatching(said) }),
      )
    })
})

describe("what is no readable image", () => {
  test("a missing file is NotFound, by list and by open", async () => {
    const point = await pointOf(sourceOf())
    rmSync(path)
    await expect(pointOf(sourceOf())).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringContaining(path),
    })
    await expect(sourceOf().open(point, { blockBytes })).rejects.toMatchObject({ code: "NotFound" })
  })

  test("a folder, a pipe and a character device are refused without waiting for them", async () => {
    mkdirSync(join(folder, "folder"))
    execFileSync("mkfifo", [join(folder, "pipe")])
    const kinds: [path: string, kind: string][] = [
      [join(folder, "folder"), "a folder"],
      [join(folder, "pipe"), "a pipe"],
      ["/dev/zero", "a character device"],
    ]
    const point = await pointOf(sourceOf())
    for (const [bad, kind] of kinds) {
      const source = sourceOf({ disks: [{ name: "sda", path: bad }] })
      const refused = { code: "Refused", message: `${bad} is ${kind}, neither a file nor a block device` }
      await expect(pointOf(source)).rejects.toMatchObject(refused)
      await expect(source.open(point, { blockBytes })).rejects.toMatchObject(refused)
    }
  })

  test("a path with a NUL is refused", async () => {
    await expect(pointOf(sourceOf({ disks: [{ name: "sda", path: "a\0b" }] }))).rejects.toMatchObject({
      code: "Refused",
    })
  })

  test("a file without the right to read it is Unreadable, with a hint", async () => {
    const isRoot = process.getuid?.() === 0
    chmodSync(folder, 0o755)
    chmodSync(path, 0)
    const point = await pointOf(sourceOf())
    if (isRoot) process.seteuid?.(65_534)
    try {
      await expect(sourceOf().open(point, { blockBytes })).rejects.toMatchObject({
        code: "Unreadable",
        message: expect.stringContaining(`${path}: cannot be read (EACCES)`),
        hint: expect.stringContaining("right to read"),
      })
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  test("an image in another format is refused, naming format and file, unless taken as raw", async () => {
    writeFileSync(path, Buffer.concat([Buffer.from("QFI\xfb", "latin1"), Buffer.alloc(1000)]))
    await expect(opened()).rejects.toMatchObject({
      code: "Refused",
      message: `disk "sda": ${path} is a qcow2 file, not the raw image of a disk`,
      hint: expect.stringContaining("qemu-img convert -O raw"),
    })
    const open = await opened({ format: "raw" })
    expect(open.disks[0]!.sizeBytes).toBe(1004)
    await open.close()
  })

  test("another point than now, or of another workload, is not there", async () => {
    const point = await pointOf(sourceOf())
    for (const other of [{ id: "then" }, { workload: "web02" }])
      await expect(sourceOf().open({ ...point, ...other }, { blockBytes })).rejects.toMatchObject({ code: "NotFound" })
  })

  test("a block size of no use is refused", async () => {
    const point = await pointOf(sourceOf())
    for (const bad of [0, -1, 0.5, NaN])
      await expect(sourceOf().open(point, { blockBytes: bad })).rejects.toMatchObject({ code: "Refused" })
  })
})

describe("a file that changes", () => {
  const changes: [name: string, change: () => void, said: RegExp][] = [
    ["is written to", () => writeAt(path, new Uint8Array([1]), 5), /was written to/],
    ["grows", () => appendFileSync(path, "more"), /size went from 10000 to 10004 bytes/],
    ["shrinks", () => truncateSync(path, 9000), /size went from 10000 to 9000 bytes/],
    ["gets other rights", () => chmodSync(path, 0o640), /status changed/],
    [
      "is written to and gets its old times back",
      () => {
        writeAt(path, new Uint8Array([1]), 5)
        utimesSync(path, 1, 1)
      },
      /was written to|status changed/,
    ],
    [
      "is replaced",
      () => {
        writeFileSync(`${path}.new`, Buffer.alloc(10_000, "disk"))
        renameSync(`${path}.new`, path)
      },
      /another file took its place/,
    ],
    ["is deleted", () => rmSync(path), /deleted or renamed/],
    ["is renamed", () => renameSync(path, `${path}.old`), /deleted or renamed/],
  ]

  for (const [name, change, said] of changes) {
    test(`and ${name} while it is read is Changed, naming the file and what changed`, async () => {
      const open = await opened()
      await open.disks[0]!.read(0, 1, new Uint8Array(blockBytes))
      change()
      await expect(open.finish()).rejects.toMatchObject({
        code: "Changed",
        message: expect.stringMatching(new RegExp(`sda.raw changed while it was being read: .*${said.source}`)),
      })
      await open.close()
    })

    test(`and ${name} while it is read is fuzzy where changes are allowed`, async () => {
      const open = await opened({ allowChanging: true })
      expect(open.consistency).toBe("crash")
      change()
      expect(await open.finish()).toBe("fuzzy")
      await open.close()
    })
  }

  test("and was not touched is a moment, also where changes are allowed", async () => {
    for (const allowChanging of [false, true]) {
      const open = await opened({ allowChanging })
      expect(await open.finish()).toBe("crash")
      await open.close()
    }
  })

  test("between listing and opening is Changed", async () => {
    const source = sourceOf()
    const point = await pointOf(source)
    appendFileSync(path, "more")
    await expect(source.open(point, { blockBytes })).rejects.toMatchObject({ code: "Changed" })
  })

  test("and shrinks is found by the read that misses bytes", async () => {
    const open = await opened()
    truncateSync(path, 5000)
    const into = new Uint8Array(3 * blockBytes)
    await expect(open.disks[0]!.read(0, 3, into)).rejects.toMatchObject({
      code: "Changed",
      message: expect.stringMatching(/ends at byte 5000, and had 10000 bytes/),
    })
    await open.close()
  })

  test("and shrinks reads as zeros where changes are allowed", async () => {
    const open = await opened({ allowChanging: true })
    truncateSync(path, 5000)
    const into = new Uint8Array(3 * blockBytes).fill(9)
    await open.disks[0]!.read(0, 3, into)
    expect(into.subarray(0, 5000)).toEqual(new Uint8Array(Buffer.alloc(5000, "disk")))
    expect(into.subarray(5000)).toEqual(new Uint8Array(3 * blockBytes - 5000))
    expect(await open.finish()).toBe("fuzzy")
    await open.close()
  })

  test("and grows keeps the size it had when it was opened", async () => {
    const open = await opened({ allowChanging: true })
    appendFileSync(path, Buffer.alloc(100_000, 1))
    const [disk] = open.disks
    expect(disk!.sizeBytes).toBe(10_000)
    const into = new Uint8Array(blockBytes)
    await disk!.read(2, 1, into)
    expect(into.subarray(10_000 - 2 * blockBytes)).toEqual(new Uint8Array(3 * blockBytes - 10_000))
    await open.close()
  })
})

test("a buffer too small for the blocks throws before anything is read", async () => {
  const open = await opened()
  await expect(open.disks[0]!.read(0, 2, new Uint8Array(blockBytes))).rejects.toThrow(/8192 bytes, got room for 4096/)
  await open.close()
})

test.runIf(process.platform === "linux")("a failed open lets go of the files opened before", async () => {
  const foreign = join(folder, "sdb.qcow2")
  writeFileSync(foreign, Buffer.from("QFI\xfb", "latin1"))
  const disks = [
    { name: "sda", path },
    { name: "sdb", path: foreign },
  ]
  const source = sourceOf({ disks })
  await expect(source.open(await pointOf(source), { blockBytes })).rejects.toMatchObject({ code: "Refused" })
  expect(openFiles().filter((file) => file.startsWith(folder))).toEqual([])
  const open = await opened()
  expect(openFiles().filter((file) => file.startsWith(folder))).toEqual([path])
  await open.close()
})

function openFiles(): string[] {
  return readdirSync("/proc/self/fd").flatMap((descriptor) => {
    try {
      return [readlinkSync(join("/proc/self/fd", descriptor))]
    } catch {
      return []
    }
  })
}
