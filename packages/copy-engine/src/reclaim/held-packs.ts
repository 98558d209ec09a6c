import {
  isDamage,
  layout,
  type LogPlace,
  type MapPackRef,
  type PackRecord,
  type PagePointer,
  pointReader,
  type PointTree,
  type SessionId,
  usedPositions,
} from "@bcopy/chain-format"
import type { Repository } from "../repository.ts"
import { type Holder, PackTally } from "./pack-tally.ts"
import { type Root, storedAt } from "./workload-roots.ts"

/** Stored up to a second after its entry, as far as a store that tells whole seconds can say. */
const SECOND_MS = 1000

/** What is held of a backup, as far as `wants` lets through. */
export class HeldPacks {
  readonly tally: PackTally
  /** Sessions of which everything is held. */
  readonly sessions = new Set<SessionId>()
  /** Points of which it is not known what they need, and why. */
  readonly unknown: { readonly place: LogPlace; readonly entry: number; readonly error: unknown }[] = []
  /** Whatever was stored up to this time of the store is held because of them. */
  untilMs = 0
  readonly #repository: Repository
  readonly #wants: (session: SessionId, number: number) => boolean

  constructor(
    repository: Repository,
    { wants = () => true, expected = 0 }: { wants?: HeldPacks["wants"]; expected?: number } = {},
  ) {
    this.#repository = repository
    this.#wants = wants
    this.tally = new PackTally(expected)
  }

  /** Whether a pack is counted at all. */
  wants(session: SessionId, number: number): boolean {
    return this.#wants(session, number)
  }

  /** Counts what a workload's roots hold: each page of its pack tables is read once, whatever its points share. */
  async addWorkload(place: LogPlace, roots: AsyncIterable<Root>, signal?: AbortSignal): Promise<void> {
    const pages = new Set<string>()
    const uses = new Map<number, { used: Uint32Array | undefined; most: number; place: number }>()
    for await (const root of roots) {
      signal?.throwIfAborted()
      if (root.kind === "session") this.sessions.add(root.session)
      else if (root.kind === "unknown") this.#notKnown(place, root.entry, root.untilMs, root.error)
      else await this.#addTree(place, root, pages, uses, signal)
    }
    for (const { used, most, place: at } of uses.values())
      this.tally.addUse(at, used === undefined ? most : countBits(used), most)
  }

  /** What holds a pack; `undefined` if nothing does. */
  holderOf(session: SessionId, number: number, storedAtMs: number): Holder | "damage" | undefined {
    const holder = this.tally.holderOf(session, number)
    if (holder !== undefined) return holder
    if (this.sessions.has(session)) return "session"
    return storedAtMs <= this.untilMs ? "damage" : undefined
  }

  #notKnown(place: LogPlace, entry: number, untilMs: number, error: unknown): void {
    this.untilMs = Math.max(this.untilMs, untilMs + SECOND_MS)
    this.unknown.push({ place, entry, error })
  }

  async #addTree(
    place: LogPlace,
    { tree, holder, point }: Extract<Root, { kind: "tree" }>,
    pages: Set<string>,
    uses: Map<number, { used: Uint32Array | undefined; most: number; place: number }>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const isNew = unseenPages(tree, pages)
    for (const { session, number, lockedUntilMs = 0 } of tree.mapPacks) {
      if (!this.#wants(session, number)) continue
      const at = this.tally.hold(session, number, holder)
      this.tally.addUse(at, 1, 1)
      this.tally.noteLock(at, Math.max(lockedUntilMs, point?.lockedUntilMs ?? 0))
    }
    const { table } = pointReader(this.#repository.view, place.backup, tree, signal === undefined ? {} : { signal })
    try {
      for await (const { record } of table.records({ passes: isNew })) {
        if (!this.#wants(record.session, record.number)) continue
        const at = this.tally.hold(record.session, record.number, holder)
        this.tally.noteLock(at, Math.max(record.lockedUntilMs, point?.lockedUntilMs ?? 0))
        noteUse(uses, at, record)
      }
    } catch (error) {
      if (!isDamage(error)) throw error
      // Of a checkpoint nobody can go on with: its session's own packs are held by themselves.
      if (point === undefined) return
      this.#notKnown(place, point.entry, await storedAt(this.#repository, place, point, {}), error)
    }
  }
}

/** Lets each stored page pass once; points of one chain name the same pack by the same number, but this goes by its key. */
export function unseenPages(tree: PointTree, pages: Set<string>): (pointer: PagePointer) => boolean {
  const packs = new Map(tree.mapPacks.map((ref): [number, MapPackRef] => [ref.pack, ref]))
  return ({ pack, offset }) => {
    const ref = packs.get(pack)
    const page = ref === undefined ? `${pack}?${offset}` : `${ref.session}/${ref.number}/${offset}`
    if (pages.has(page)) return false
    pages.add(page)
    return true
  }
}

function noteUse(
  uses: Map<number, { used: Uint32Array | undefined; most: number; place: number }>,
  place: number,
  { live, mostUsed }: PackRecord,
): void {
  const known = uses.get(place)
  const isFull = usedPositions(live) === mostUsed
  const most = Math.max(known?.most ?? 0, mostUsed)
  if (isFull || (known !== undefined && known.used === undefined)) {
    // All that it brought is in use: no bits are needed to know it.
    uses.set(place, { used: undefined, most, place })
    return
  }
  const last = live.at(-1)
  const words = Math.ceil(((last?.first ?? 0) + (last?.count ?? 0)) / 32)
  let used = known?.used ?? new Uint32Array(words)
  if (used.length < words) {
    const wider = new Uint32Array(words)
    wider.set(used)
    used = wider
  }
  for (const { first, count } of live)
    for (let at = first; at < first + count; at++) used[at >>> 5] = (used[at >>> 5] as number) | (1 << (at & 31))
  uses.set(place, { used, most, place })
}

function countBits(words: Uint32Array): number {
  let count = 0
  for (let word of words) for (; word !== 0; word &= word - 1) count++
  return count
}

/** The key of a pack. */
export function packKey({ backup }: Pick<LogPlace, "backup">, session: SessionId, number: number): string {
  return layout.pack(backup, session, number)
}
