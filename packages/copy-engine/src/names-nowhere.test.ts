import { hash } from "node:crypto"
import { decodePackHeader, decodeSmallObject, openDataPack, openMapPack, type ObjectKind } from "@bcopy/chain-format"
import type { MemoryStore } from "@bcopy/repo"
import type { Source } from "@bcopy/source"
import { beforeAll, describe, expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { pinPoint } from "./change-points.ts"
import { clearSuite } from "./clear-suite.ts"
import { findWorkload } from "./find-workloads.ts"
import { zstdCodec } from "./node-primitives.ts"
import { rewriteKeys } from "./rewrite-keys.ts"
import { rotateKeys } from "./rotate-keys.ts"
import { contentRoot } from "./testing/content-root.ts"
import { asHost, deadProcess } from "./testing/hosts.ts"
import { disksNow } from "./testing/memory-source.ts"
import { noise } from "./testing/noise.ts"
import { testKey } from "./testing/test-keys.ts"
import { makeWorld, type World } from "./testing/world.ts"

const BLOCK = 64 << 10
const CONTENT = "the minutes of the board, not to be read by anybody"
const names = {
  job: "planted-job-Nightly",
  workload: "planted-workload-Pay Roll",
  "second workload": "planted-second-Wörk",
  disk: "planted-disk.raw",
  file: "planted-folder/planted-file.qcow2",
  machine: "planted-machine-name",
  pin: "planted-reason for keeping it",
} as const

/** A disk of text that says the same over and over, then of what does not compress. */
const text = new TextEncoder().encode(CONTENT.repeat(Math.ceil((2 * BLOCK) / CONTENT.length)))
const disk = new Uint8Array(4 * BLOCK)
disk.set(text.subarray(0, 2 * BLOCK))
disk.set(noise(2 * BLOCK, 1), 2 * BLOCK)

/** What must not be found: names, content, and what tells that the same content is elsewhere. */
const planted: Readonly<Record<string, Uint8Array>> = {
  ...Object.fromEntries(Object.entries(names).map(([what, name]) => [what, new TextEncoder().encode(name)])),
  content: new TextEncoder().encode(CONTENT),
  "content that does not compress": disk.subarray(3 * BLOCK, 3 * BLOCK + 40),
  "the id of a block": hash("sha256", disk.subarray(0, BLOCK), "buffer"),
  "the content root": Buffer.from(contentRoot(disk, BLOCK), "hex"),
}

/** A source that says of its disk which file it was. */
function named(source: Source): Source {
  return {
    ...source,
    async open(point, options) {
      return { ...(await source.open(point, options)), metadata: { disks: [{ path: names.file }] } }
    },
  }
}

async function fill(world: World): Promise<void> {
  await world.create()
  const repository = await world.open()
  const task = { job: names.job, movers: 0 } as const
  const source = named(disksNow({ [names.disk]: disk }))
  // As they are, so that nothing is hidden by being compressed.
  for (const workload of [names.workload, names["second workload"]])
    await backUp(repository, { source, workload, level: 0, ...task })
  await pinPoint(repository, await findWorkload(repository, { workload: names.workload }), 2, names.pin)
  // A session that dies leaves its beat.
  const onRead = () => {
    throw new Error("the source has gone")
  }
  const host = { ...deadProcess(), machine: names.machine }
  const dying = disksNow({ [names.disk]: disk, other: disk }, { onRead })
  await asHost(host, async () =>
    backUp(await world.open(), { source: dying, workload: names.workload, ...task }),
  ).catch(() => undefined)
}

/** All that anybody finds who has no key: keys, bytes, and what is in them if they are read as in the clear. */
async function readable(store: MemoryStore): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (const key of store.keys()) {
    const bytes = (await store.read(key))?.bytes as Uint8Array
    parts.push(new TextEncoder().encode(key), bytes, ...openedInTheClear(key, bytes))
  }
  return Buffer.concat(parts.flatMap((part) => [part, Buffer.from("\n")]))
}

function openedInTheClear(objectKey: string, bytes: Uint8Array): readonly Uint8Array[] {
  if (objectKey === "bcopy.json") return []
  const options = { suite: clearSuite(), codec: zstdCodec, objectKey }
  const { kind } = decodePackHeader(bytes)
  const opened = (as: ObjectKind): readonly Uint8Array[] => {
    if (as !== "dataPack" && as !== "mapPack")
      return [new TextEncoder().encode(JSON.stringify(decodeSmallObject(as, bytes, options)))]
    const pack = as === "dataPack" ? openDataPack(bytes, options) : openMapPack(bytes, options)
    return pack.slots.map((_, slot) => pack.open(slot))
  }
  try {
    return opened(kind)
  } catch {
    return []
  }
}

/** Which of the planted things are there, as they are or written in some other way. */
function found(all: Buffer): readonly string[] {
  const forms: readonly ((bytes: Uint8Array) => Buffer)[] = [
    (bytes) => Buffer.from(bytes),
    (bytes) => Buffer.from(Buffer.from(bytes).toString("hex")),
    (bytes) => Buffer.from(Buffer.from(bytes).toString("base64").slice(0, 12)),
    (bytes) => Buffer.from(Buffer.from(bytes).toString("utf8"), "utf16le"),
  ]
  const lower = Buffer.from(all.toString("latin1").toLowerCase(), "latin1")
  return Object.entries(planted)
    .filter(([, bytes]) => forms.some((form) => all.includes(form(bytes)) || lower.includes(form(bytes))))
    .map(([what]) => what)
}

describe("who reads a store and has no key finds", () => {
  const [clear, sealed] = [makeWorld({ encrypted: false }), makeWorld({ encrypted: true })]
  beforeAll(async () => {
    await fill(clear)
    await fill(sealed)
  })

  test("everything that was planted, in the clear", async () => {
    expect(found(await readable(clear.store))).toEqual(Object.keys(planted))
  })

  test("nothing of it in an encrypted repository", async () => {
    expect(sealed.store.keys().length).toBe(clear.store.keys().length + 1)
    expect(found(await readable(sealed.store))).toEqual([])
  })

  test("nothing of it after a rotation and after packs were sealed anew", async () => {
    await rotateKeys(await sealed.open(), { externalKeys: [testKey], dropOthers: true })
    const report = await rewriteKeys(await sealed.open(), { takeOver: true })
    expect(report.packs).toBeGreaterThan(2)
    expect(found(await readable(sealed.store))).toEqual([])
  })

  test("no key of the ring in it", async () => {
    const { keys } = await sealed.open()
    const all = await readable(sealed.store)
    const secrets = [...(keys?.ring.epochs.map(({ key }) => key) ?? []), keys?.ring.idKey, keys?.ring.logKey]
    expect(secrets.length).toBeGreaterThanOrEqual(4)
    for (const secret of secrets) {
      const bytes = Buffer.from(secret?.export() ?? [])
      expect(bytes).toHaveLength(32)
      expect([all.includes(bytes), all.includes(bytes.toString("hex"))]).toEqual([false, false])
    }
  })

  test("other ids of backups and workloads in every repository, though they have the same names", async () => {
    const other = makeWorld({ encrypted: true, id: "other" })
    await fill(other)
    const ids = ({ store }: World) =>
      new Set(
        store
          .keys()
          .flatMap((key) => key.split("/"))
          .filter((part) => /^[0-9a-f]{32}$/.test(part)),
      )
    const both = [...ids(other)].filter((id) => ids(sealed).has(id))
    expect([ids(other).size > 4, both]).toEqual([true, []])
  })
})
