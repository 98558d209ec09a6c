import { createHash } from "node:crypto"
import {
  encodeInnerPage,
  encodeTableLeaf,
  INNER_CHILDREN,
  type PackRecord,
  type PagePointer,
  type PageRecord,
  type PackWriter,
  tableHeight,
} from "@bcopy/chain-format"
import { numberOfData, PACK_BLOCKS, PACK_BYTES, packsOfPoint, type ReclaimScale, sessionOf } from "./reclaim-scale.ts"

/** docs/format.md, Pack table: packs of a leaf. */
const LEAF_PACKS = 32
/** Blocks that an increment replaces of a pack that it touches. */
const TOUCHED_BLOCKS = 8

/** The pack table of a workload as it goes from point to point, without the data that it speaks of. */
export class InventedTable {
  nextPack = 0
  /** Bytes of pages in use, by the map pack they lie in. */
  readonly liveBytes = new Map<number, number>()
  readonly #scale: ReclaimScale
  readonly #workload: number
  readonly #records: (PackRecord | undefined)[] = []
  readonly #leaves: (PagePointer | undefined)[] = []
  #inner: PagePointer[] = []

  constructor(scale: ReclaimScale, workload: number) {
    this.#scale = scale
    this.#workload = workload
  }

  /** Goes on by a point: writes the pages that it changes into map pack `pack`, and gives the top one. */
  addPoint(point: number, pack: number, writer: PackWriter<PageRecord>): PagePointer {
    const changed = new Set([...this.#bring(point), ...this.#replace(point)].map((at) => Math.floor(at / LEAF_PACKS)))
    this.nextPack = this.#records.length
    const write = (record: PageRecord, page: Uint8Array): PagePointer => {
      const { offset, storedBytes } = writer.add(page, record)
      this.#use(pack, storedBytes)
      const digest = new Uint8Array(createHash("sha256").update(page).digest())
      return { pack, offset, length: storedBytes, digest }
    }
    for (const index of changed) {
      const packs = Array.from({ length: LEAF_PACKS }, (_, at) => this.#records[index * LEAF_PACKS + at])
      const old = this.#leaves[index]
      if (old !== undefined) this.#use(old.pack, -old.length)
      const isEmpty = packs.every((record) => record === undefined)
      this.#leaves[index] = isEmpty
        ? undefined
        : write({ type: "tableLeaf", level: 0, disk: 0, index }, encodeTableLeaf(index, { packs }))
    }
    for (const old of this.#inner) this.#use(old.pack, -old.length)
    this.#inner = []
    let below: readonly (PagePointer | undefined)[] = this.#leaves
    for (let level = 1; level <= tableHeight(this.nextPack); level++) below = this.#writeLevel(level, below, write)
    return below[0] as PagePointer
  }

  #writeLevel(
    level: number,
    below: readonly (PagePointer | undefined)[],
    write: (record: PageRecord, page: Uint8Array) => PagePointer,
  ): readonly (PagePointer | undefined)[] {
    return Array.from({ length: Math.ceil(below.length / INNER_CHILDREN) }, (_, index) => {
      const children = Array.from({ length: INNER_CHILDREN }, (__, at) => below[index * INNER_CHILDREN + at])
      if (children.every((child) => child === undefined)) return undefined
      const page = encodeInnerPage("tableInner", level, index, { children })
      const pointer = write({ type: "tableInner", level, disk: 0, index }, page)
      this.#inner.push(pointer)
      return pointer
    })
  }

  /** The packs of the point's own session; gives their numbers in the table. */
  #bring(point: number): readonly number[] {
    const session = sessionOf(this.#workload, point)
    const facts = { session, hint: new Uint8Array(), storedBytes: PACK_BYTES, lockedUntilMs: 0, extra: [] }
    const live = [{ first: 0, count: PACK_BLOCKS }]
    return Array.from({ length: packsOfPoint(this.#scale, point) }, (_, at) => {
      this.#records.push({ ...facts, number: numberOfData(at), live, mostUsed: PACK_BLOCKS })
      return this.#records.length - 1
    })
  }

  /** What the point no longer uses of the full: some packs, and a little of others. */
  #replace(point: number): readonly number[] {
    const { points, fullPacks, pointPacks, touchedPacks } = this.#scale
    if (point === 0) return []
    const replaced = Array.from({ length: pointPacks }, (_, at) => (point - 1) * pointPacks + at)
    for (const at of replaced) this.#records[at] = undefined
    const stays = (points - 1) * pointPacks
    const stride = Math.max(1, Math.floor((fullPacks - stays) / touchedPacks))
    const touched = Array.from({ length: touchedPacks }, (_, at) => stays + at * stride + (point % stride))
    for (const at of touched) {
      const record = this.#records[at]
      if (record === undefined) continue
      const [first, ...rest] = record.live
      if (first === undefined || first.count <= 2 * TOUCHED_BLOCKS) continue
      // A hole behind the first few blocks: what is left is two runs.
      const left = { first: first.first, count: TOUCHED_BLOCKS }
      const right = { first: first.first + 2 * TOUCHED_BLOCKS, count: first.count - 2 * TOUCHED_BLOCKS }
      this.#records[at] = { ...record, live: [left, right, ...rest] }
    }
    return [...replaced, ...touched]
  }

  #use(pack: number, bytes: number): void {
    this.liveBytes.set(pack, (this.liveBytes.get(pack) ?? 0) + bytes)
  }
}
