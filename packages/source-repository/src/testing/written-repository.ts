import { createHash, createHmac } from "node:crypto"
import { deflateRawSync, inflateRawSync } from "node:zlib"
import {
  backupIdOf,
  contentHash,
  emptyLog,
  encodeSmallObject,
  type EntryBody,
  entryKey,
  FormatError,
  layout,
  type LogPlace,
  type LogState,
  type Manifest,
  nextEntry,
  type Opening,
  randomId,
  readLog,
  type RepositoryId,
  type RepositoryView,
  type SealSuite,
  toHex,
  workloadIdOf,
} from "@bcopy/chain-format"
import { type WrittenDisk, writeTree } from "./write-tree.ts"

/** What a test says of a point. */
export interface WrittenPoint {
  readonly job: string
  readonly workload: string
  readonly disks: readonly WrittenDisk[]
  readonly blockBytes?: number
  readonly platform?: string
  readonly createdAtMs?: number
  readonly metadata?: Readonly<Record<string, unknown>>
}

/**
 * A repository in memory, written with nothing but chain-format: what the source reads here was not written by the
 * engine. Every point is stored anew, so pages are equal by content only.
 */
export class WrittenRepository {
  readonly objects = new Map<string, Uint8Array>()
  /** Requests so far: what was asked for, and the key. */
  readonly requests: string[] = []
  readonly view: RepositoryView
  /** Called before each request; may throw in its place. */
  onRequest: (request: string) => void = () => undefined
  #ids = 0

  constructor(name = "written") {
    const asked = (what: string, key: string, signal: AbortSignal | undefined) => {
      signal?.throwIfAborted()
      this.requests.push(`${what} ${key}`)
      this.onRequest(`${what} ${key}`)
    }
    this.view = {
      name,
      repository: "f".repeat(32) as RepositoryId,
      suite,
      codec: { compress: (bytes) => deflateRawSync(bytes), decompress: (bytes) => inflateRawSync(bytes) },
      sha256,
      hash: contentHash(sha256),
      idMac: (message) => createHmac("sha256", name).update(message).digest(),
      read: async (key, { signal } = {}) => {
        asked("read", key, signal)
        return this.objects.get(key)
      },
      readPack: async (key, { range, signal } = {}) => {
        asked("readPack", key, signal)
        const bytes = this.objects.get(key)
        return range === undefined ? bytes : bytes?.subarray(range.offset, range.offset + range.length)
      },
      list: async (prefix, { after = "", limit = 1000, folders = false, signal } = {}) => {
        asked("list", prefix, signal)
        const below = [...this.objects.keys()].filter((key) => key.startsWith(prefix))
        const folderOf = (key: string) => `${prefix}${key.slice(prefix.length).split("/")[0]}/`
        const names = [...new Set(folders ? below.map(folderOf) : below)].filter((key) => key > after).toSorted()
        const page = names.slice(0, limit)
        const next = names.length > limit ? { next: page.at(-1) as string } : {}
        return { keys: folders ? [] : page, folders: folders ? page : [], ...next }
      },
    }
  }

  placeOf(job: string, workload: string): LogPlace {
    const backup = backupIdOf(this.view.idMac, job)
    return { backup, workload: workloadIdOf(this.view.idMac, backup, workload) }
  }

  /** Sixteen bytes for an id that was not given before. */
  #nextId(): Uint8Array {
    this.#ids++
    return sha256(new TextEncoder().encode(`id ${this.#ids}`)).subarray(0, 16)
  }

  /** Makes a job known, under another name than its first one if one is given. */
  openJob(job: string, name = job): void {
    const prefix = layout.backupSettings(backupIdOf(this.view.idMac, job))
    const objectKey = entryKey(prefix, 1)
    const records = [{ type: "name", name }]
    const entry = { number: 1, session: randomId<"session">(this.#nextId()), atMs: 0, records, catalogue: records }
    this.objects.set(objectKey, encodeSmallObject("backupSettings", entry, { ...this.view, objectKey }))
  }

  /** Appends an entry to a workload's log; gives the state after it. */
  async append(
    job: string,
    workload: string,
    body: EntryBody,
    session = randomId<"session">(this.#nextId()),
  ): Promise<LogState> {
    const place = this.placeOf(job, workload)
    const state = (await readLog(this.view, place)) ?? emptyLog({ id: place.workload, name: workload })
    const entry = nextEntry(state, { session, atMs: 0, body })
    const objectKey = entryKey(layout.log(place.backup, place.workload), entry.number)
    this.objects.set(objectKey, encodeSmallObject("logEntry", entry, { ...this.view, objectKey }))
    return (await readLog(this.view, place)) as LogState
  }

  /** Writes a point with all its packs; gives its manifest. */
  async addPoint({ job, workload, disks, blockBytes = 64 << 10, ...said }: WrittenPoint): Promise<Manifest> {
    const place = this.placeOf(job, workload)
    if ((await readLog(this.view, place)) === undefined) {
      this.openJob(job)
      await this.append(job, workload, { kind: "opened" })
    }
    const before = (await readLog(this.view, place)) as LogState
    const newest = before.points.at(-1)
    const session = randomId<"session">(this.#nextId())
    const point = randomId<"point">(this.#nextId())
    const { packs, tree } = await writeTree(this.view, { backup: place.backup, session, blockBytes, disks })
    for (const [key, bytes] of packs) this.objects.set(key, bytes)
    const seq = (newest?.seq ?? 0) + 1
    const manifest: Manifest = {
      platform: "generic",
      createdAtMs: seq * 1000,
      ...said,
      ...tree,
      point,
      session,
      seq,
      kind: newest === undefined ? "full" : "increment",
      ...(newest !== undefined && { parent: { entry: newest.entry, point: newest.point } }),
      committedAtMs: 0,
      origin: { repository: this.view.repository, point },
      hops: 0,
      consistency: "crash",
      gfs: [],
      storedBytes: 0,
    }
    await this.append(job, workload, { kind: "point", manifest }, session)
    return manifest
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest()
}

/** Sixteen bytes of digest behind each slot: enough to notice what is damaged. */
const suite: SealSuite = {
  id: 0,
  overheadBytes: 16,
  begin: () => ({
    header: new Uint8Array(),
    hint: new Uint8Array(),
    slot(_number, body, _last, _associated, into) {
      into.set(body)
      into.set(sha256(body).subarray(0, 16), body.length)
      return body.length + 16
    },
  }),
  open: () => opening,
  openByHint: () => opening,
}

const opening: Opening = {
  hint: new Uint8Array(),
  slot(number, sealed) {
    const body = sealed.subarray(0, sealed.length - 16)
    if (toHex(sha256(body).subarray(0, 16)) !== toHex(sealed.subarray(body.length)))
      throw new FormatError("Unopenable", `slot ${number} is not what was written`)
    return body
  },
}
