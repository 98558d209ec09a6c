import {
  editPackTable,
  FormatError,
  isDamage,
  layout,
  type LivePoint,
  type LogPlace,
  type Manifest,
  type MapPackRef,
  type NewPack,
  packBufferBytes,
  pageReader,
  pointReader,
  type PointTree,
  readManifest,
  resealPack,
  type SessionId,
} from "@bcopy/chain-format"
import { MapPackSink } from "./map-pack-sink.ts"
import { PackUploads } from "./pack-uploads.ts"
import type { Repository } from "./repository.ts"
import { SessionPacks } from "./session-packs.ts"

/** A point is given a new home after so many packs: what is lost when the process dies. */
const PACKS_AT_ONCE = 64
/** Packs on their way into the store, each in memory of its own. */
const BUFFERS = 2

/** Where a pack lies, and what opens it. */
export type PackHome = Pick<NewPack, "session" | "number" | "hint" | "storedBytes">

/** A point's tree after some of its packs were moved. */
export interface MovedTree {
  readonly tree: PointTree
  /** Whether nothing of it is left to be moved. */
  readonly whole: boolean
}

interface ResealOptions {
  /** New homes by the key of the old pack: workloads of one backup may share packs. */
  readonly homes?: Map<string, PackHome>
  /** Whose packs are made; absent for who only looks. */
  readonly session?: SessionId
  readonly signal?: AbortSignal
}

/** Seals the packs of a workload's points anew, each once however many points need it. */
export class PackResealer {
  readonly #repository: Repository
  readonly #place: LogPlace
  readonly #isOld: (hint: Uint8Array) => boolean
  readonly #abortable: { readonly signal?: AbortSignal }
  readonly #packs: SessionPacks | undefined
  readonly #uploads: PackUploads
  readonly #free: Uint8Array[] = []
  #mapBuffer: Uint8Array | undefined
  readonly #homes: Map<string, PackHome>
  #made = 0

  constructor(repository: Repository, place: LogPlace, isOld: (hint: Uint8Array) => boolean, options: ResealOptions) {
    const { session, homes = new Map<string, PackHome>(), ...abortable } = options
    this.#homes = homes
    this.#repository = repository
    this.#place = place
    this.#isOld = isOld
    this.#abortable = abortable
    this.#packs = session && new SessionPacks({ backup: place.backup, session })
    this.#uploads = new PackUploads(repository)
  }

  /** Whether a point lives in a pack that is to be moved. */
  async needsMoving(point: LivePoint): Promise<boolean> {
    const manifest = await this.#manifestOf(point)
    if (manifest.mapPacks.some(({ hint }) => this.#isOld(hint))) return true
    for await (const { record } of this.#tableOf(manifest).records()) if (this.#isOld(record.hint)) return true
    return false
  }

  /**
   * Finds what a run before this one has moved: packs have the same numbers in a point's old table and in its new one. Where
   * the old one was given back since, nothing is found, and what others share with the point is sealed once more.
   */
  async learn(point: LivePoint): Promise<void> {
    if (point.home === undefined) return
    try {
      await this.#learnFrom(point)
    } catch (error) {
      // Nobody needs the old table any more. If it is the new one that cannot be read, that comes out when the point is moved.
      if (!isDamage(error)) throw error
    }
  }

  async #learnFrom(point: LivePoint): Promise<void> {
    const { home: _, ...born } = point
    const [before, now] = [await this.#manifestOf(born), await this.#manifestOf(point)]
    for (const ref of before.mapPacks) {
      const moved = now.mapPacks.find(({ pack }) => pack === ref.pack)
      if (moved !== undefined) this.#noteHome(ref, moved)
    }
    const table = this.#tableOf(now)
    for await (const { pack, record } of this.#tableOf(before).records()) {
      const moved = await table.record(pack)
      if (moved !== undefined) this.#noteHome(record, moved)
    }
  }

  /** Moves a good many of a point's packs; gives its tree then, or `undefined` if none was to be moved. */
  async moveSome(point: LivePoint, onPack: (storedBytes: number) => void): Promise<MovedTree | undefined> {
    const manifest = await this.#manifestOf(point)
    const tree = treeOf(manifest)
    const moved = new Map<number, NewPack>()
    let whole = true
    for await (const { pack, record } of this.#tableOf(manifest).records()) {
      if (!this.#isOld(record.hint)) continue
      if (moved.size >= PACKS_AT_ONCE) {
        whole = false
        break
      }
      moved.set(pack, { ...(await this.#homeOf("dataPack", record, onPack)), lockedUntilMs: 0 })
    }
    const mapPacks: MapPackRef[] = []
    for (const ref of tree.mapPacks) {
      const { lockedUntilMs: _, ...rest } = ref
      mapPacks.push(this.#isOld(ref.hint) ? { ...rest, ...(await this.#homeOf("mapPack", ref, onPack)) } : ref)
    }
    if (moved.size === 0 && mapPacks.every((ref, at) => ref === tree.mapPacks[at])) return undefined
    return { tree: await this.#rehome({ ...tree, mapPacks }, moved), whole }
  }

  /** The tree with the new homes of data packs in its pack table. Everything it names is stored when this resolves. */
  async #rehome(tree: PointTree, moved: ReadonlyMap<number, NewPack>): Promise<PointTree> {
    const { view, packBytes } = this.#repository
    const mapBuffer = (this.#mapBuffer ??= new Uint8Array(packBufferBytes(packBytes)))
    const sink = new MapPackSink(this.#repository, this.#ownPacks, this.#uploads, { mapBuffer }, tree)
    await this.#uploads.settled()
    const pages = pageReader(sink, view)
    const none = new Map<number, never>()
    const options = { pages, sink, sha256: view.sha256, changes: none, newPacks: none, moved, nextPack: tree.nextPack }
    const table = await editPackTable({ nextPack: tree.nextPack, root: tree.table }, options)
    await sink.flush()
    const { mapPacks, nextMapPack } = sink
    return { ...tree, ...(table.root && { table: table.root }), mapPacks, nextMapPack }
  }

  /** Where a pack lies now: sealed anew, unless it was before. */
  async #homeOf(kind: "dataPack" | "mapPack", old: PackHome, onPack: (storedBytes: number) => void): Promise<PackHome> {
    const { view } = this.#repository
    const objectKey = this.#keyOf(old)
    const known = this.#homes.get(objectKey)
    if (known !== undefined) return known
    this.#abortable.signal?.throwIfAborted()
    const packs = this.#ownPacks
    const number = kind === "dataPack" ? packs.takeDataNumber() : packs.takeMapNumber()
    const key = layout.pack(this.#place.backup, packs.session, number)
    const buffer = await this.#takeBuffer(old.storedBytes)
    const { bytes, hint } = await this.#readSound(objectKey, (stored) =>
      resealPack(stored, {
        kind,
        from: { ...view, objectKey },
        to: { ...view, objectKey: key },
        codec: view.codec,
        buffer,
      }),
    )
    this.#uploads.send(key, bytes, () => this.#free.push(buffer))
    const home = { session: packs.session, number, hint, storedBytes: bytes.length }
    this.#homes.set(objectKey, home)
    onPack(bytes.length)
    return home
  }

  /** Reads a pack and does something with it; by its oldest version where that fails. @throws FormatError */
  async #readSound<Result>(key: string, use: (bytes: Uint8Array) => Result): Promise<Result> {
    const { view, name } = this.#repository
    const read = async (oldest: boolean) => {
      const bytes = await view.readPack(key, { oldest, ...this.#abortable })
      if (bytes === undefined) throw new FormatError("Missing", `${name}: pack ${key} is missing`)
      return bytes
    }
    try {
      return use(await read(false))
    } catch (error) {
      if (!isDamage(error)) throw error
      return use(await read(true))
    }
  }

  async #takeBuffer(storedBytes: number): Promise<Uint8Array> {
    const bytes = packBufferBytes(Math.max(storedBytes, this.#repository.packBytes))
    if (this.#made < BUFFERS) {
      this.#made++
      return new Uint8Array(bytes)
    }
    await this.#uploads.until(() => this.#free.length > 0)
    const free = this.#free.pop()
    // One that failed to be stored gives its buffer back too, and throws where it is waited for.
    return free !== undefined && free.length >= bytes ? free : new Uint8Array(bytes)
  }

  get #ownPacks(): SessionPacks {
    if (this.#packs === undefined) throw new Error("who only looks moves nothing")
    return this.#packs
  }

  #noteHome(old: PackHome, now: PackHome): void {
    const [before, after] = [this.#keyOf(old), this.#keyOf(now)]
    if (before !== after && !this.#isOld(now.hint)) this.#homes.set(before, now)
  }

  #keyOf({ session, number }: Pick<PackHome, "session" | "number">): string {
    return layout.pack(this.#place.backup, session, number)
  }

  async #manifestOf(point: Pick<LivePoint, "entry" | "digest" | "home">): Promise<Manifest> {
    return readManifest(this.#repository.view, this.#place, point, this.#abortable)
  }

  #tableOf(manifest: Manifest) {
    return pointReader(this.#repository.view, this.#place.backup, manifest, this.#abortable).table
  }
}

/** What of a manifest says where its content lies. */
function treeOf({ blockBytes, disks, table, nextPack, mapPacks, nextMapPack }: Manifest): PointTree {
  return {
    blockBytes,
    disks: disks.map(({ contentRoot: _, ...disk }) => disk),
    ...(table !== undefined && { table }),
    nextPack,
    mapPacks,
    nextMapPack,
  }
}
