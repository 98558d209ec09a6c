import { contentHash } from "../content-hash.ts"
import { editPackTable, type NewPack } from "../edit-pack-table.ts"
import type { SessionId } from "../ids.ts"
import { INNER_CHILDREN, placesPerSlot } from "../limits.ts"
import { MapReader, type MapTree } from "../map-reader.ts"
import { MapWriter } from "../map-writer.ts"
import { tableHeight, type TableTree } from "../pack-table.ts"
import { PackUses } from "../pack-uses.ts"
import type { PagePointer } from "../page.ts"
import { pageReader } from "../page-reader.ts"
import { sha256 } from "./clear-suite.ts"
import { memoryPages, nameOf } from "./memory-pages.ts"
import { type ModelBlock, type ModelDisk, modelId } from "./model-disk.ts"

/** Block size of all disks here. */
export const BLOCK_BYTES = 64 << 10
const SLOT_BYTES = 4096
const SLOTS_PER_PACK = 40

/** A run of a disk's next version: as before, zeros, newly stored blocks, or blocks that an earlier pack already has. */
export interface Run {
  readonly kind: "keep" | "zero" | "put" | "reuse"
  readonly blocks: number
}

/** One version of a disk; behind its runs it is as before. */
export interface Generation {
  readonly blocks: number
  /** Bytes that the last block lacks. */
  readonly short: number
  readonly runs: readonly Run[]
}

/** A disk whose versions are written with the package, and beside it into a model. */
export interface Disk {
  readonly pages: ReturnType<typeof pageReader>
  readonly store: ReturnType<typeof memoryPages>
  tree: MapTree
  table: TableTree
  readonly model: ModelDisk
  /** Writes the next version; with `checkpointAt` it stops there and goes on from what it has. */
  write(generation: Generation, checkpointAt?: number): Promise<void>
  map(): MapReader
  /** Names of all pages that map and pack table consist of. */
  reachable(): Promise<string[]>
}

/** A disk that has no version yet. */
export function diskOfGenerations(): Disk {
  const hash = contentHash(sha256)
  const store = memoryPages()
  const pages = pageReader(store, { hash, sha256 })
  const uses = new PackUses(BLOCK_BYTES)
  const newPacks = new Map<number, NewPack>()
  let model: ModelDisk = { blocks: 0, stored: new Map() }
  let placed = 0

  const storeBlock = (): ModelBlock => {
    const stride = placesPerSlot(BLOCK_BYTES)
    const number = placed++
    const pack = Math.floor(number / (SLOTS_PER_PACK * stride))
    const slot = Math.floor(number / stride) % SLOTS_PER_PACK
    newPacks.set(pack, {
      session: "5".repeat(32) as SessionId,
      number: pack,
      hint: Uint8Array.of(pack & 0xff),
      storedBytes: 1000 + pack,
      lockedUntilMs: 0,
    })
    const ref = { pack, slot, offset: 24 + slot * SLOT_BYTES, length: SLOT_BYTES }
    return { slot: ref, place: number % stride }
  }

  const mapWriter = (base: MapTree | undefined, sizeBytes: number) =>
    new MapWriter({
      disk: 3,
      sizeBytes,
      blockBytes: BLOCK_BYTES,
      base: base && new MapReader(base, { pages, hash }),
      sink: store,
      hash,
      uses,
    })

  const below = async (type: "mapInner" | "tableInner", root: PagePointer | undefined, height: number) => {
    const names: string[] = []
    const walk = async (page: PagePointer, level: number, index: number): Promise<void> => {
      names.push(nameOf(page))
      if (level === 0) return
      const { children } = await pages.inner(type, page, level, index)
      for (const [at, child] of children.entries())
        if (child !== undefined) await walk(child, level - 1, index * INNER_CHILDREN + at)
    }
    if (root !== undefined) await walk(root, height, 0)
    return names
  }

  const disk: Disk = {
    pages,
    store,
    tree: { sizeBytes: 0, blockBytes: BLOCK_BYTES, root: undefined },
    table: { nextPack: 0, root: undefined },
    get model() {
      return model
    },
    async write({ blocks, short, runs }, checkpointAt) {
      store.nextPack()
      const sizeBytes = blocks === 0 ? 0 : blocks * BLOCK_BYTES - short
      const before = model.stored
      const reusable = [...new Set(before.values())]
      const next = new Map<number, ModelBlock>()
      let map = mapWriter(disk.tree.sizeBytes === 0 ? undefined : disk.tree, sizeBytes)
      let told = 0
      for (const { kind, blocks: length } of [...runs, { kind: "keep" as const, blocks: blocks + 1 }]) {
        for (let left = Math.min(length, blocks - told); left > 0;) {
          const stop = checkpointAt !== undefined && told < checkpointAt ? checkpointAt : Number.POSITIVE_INFINITY
          const count = Math.min(left, stop - told)
          if (kind === "keep") {
            for (const [at, block] of before) if (at >= told && at < told + count) next.set(at, block)
            await map.keep(count)
          } else if (kind === "zero") await map.zero(count)
          else
            for (let at = 0; at < count; at++) {
              const some = (((told + at) >> 2) * 7) % Math.max(1, reusable.length)
              const known = kind === "reuse" ? reusable[some] : undefined
              const block = known ?? storeBlock()
              next.set(told + at, block)
              await map.put(modelId(block), block.slot, block.place)
            }
          told += count
          left -= count
          if (told !== checkpointAt) continue
          await map.keep(blocks - told)
          const partial = await map.finish()
          store.nextPack()
          map = mapWriter(partial, sizeBytes)
          await map.keep(told)
        }
      }
      disk.tree = await map.finish()
      model = { blocks, stored: next }
      const nextPack = Math.ceil(placed / (SLOTS_PER_PACK * placesPerSlot(BLOCK_BYTES)))
      const options = { pages, sink: store, sha256, changes: uses.take(), newPacks, nextPack }
      disk.table = await editPackTable(disk.table, options)
    },
    map: () => new MapReader(disk.tree, { pages, hash }),
    async reachable() {
      const { tree, table } = disk
      return [
        ...(await below("mapInner", tree.root, disk.map().height)),
        ...(await below("tableInner", table.root, tableHeight(table.nextPack))),
      ]
    },
  }
  return disk
}
