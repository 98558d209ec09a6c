import {
  DIGEST_BYTES,
  equalBytes,
  type LeafPage,
  type Manifest,
  type MapReader,
  type PointReader,
} from "@bcopy/chain-format"

/** Blocks of a leaf that another point is known to have whole. */
export type ProvenBlocks = (block: number) => boolean

/** What is proven of one disk, leaf by leaf. */
export interface ProvenDisk {
  /** Which of a leaf's blocks are proven already: all of them, or some. */
  blocks(map: MapReader, index: number, leaf: LeafPage): Promise<"all" | ProvenBlocks>
}

const nothing: ProvenDisk = { blocks: async () => () => false }

/** A point all of whose blocks were hashed in this run: what another one shares with it needs no second look. */
export class ProvenPoint {
  readonly #manifest: Manifest
  readonly #reader: PointReader

  constructor(manifest: Manifest, reader: PointReader) {
    this.#manifest = manifest
    this.#reader = reader
  }

  /** What it shares with a disk of another point. */
  disk(name: string, other: Manifest, reader: PointReader): ProvenDisk {
    const number = this.#manifest.disks.findIndex((disk) => disk.name === name)
    if (number < 0 || this.#manifest.blockBytes !== other.blockBytes) return nothing
    const own = this.#reader.map(number)
    const isSameMapPack = this.#mapPacksOf(other)
    const isSamePack = this.#packsOf(reader)
    return {
      blocks: async (map, index, leaf) => {
        const [pointer, before] = [await map.pointer(0, index), await own.pointer(0, index)]
        if (pointer === undefined || before === undefined) return () => false
        if (pointer.offset === before.offset && pointer.pack === before.pack && isSameMapPack(pointer.pack))
          return "all"
        const old = await own.leaf(index)
        if (old === undefined) return () => false
        const same = new Set<number>()
        for (const pack of new Set(leaf.slots.map((slot) => slot?.pack)))
          if (pack !== undefined && (await isSamePack(pack))) same.add(pack)
        return (block) => isSameBlock(leaf, old, block) && same.has(leaf.slots[block]?.pack ?? -1)
      },
    }
  }

  /** Pages and blocks name packs by numbers: the same number is the same pack where both points say so. */
  #mapPacksOf(other: Manifest): (pack: number) => boolean {
    const own = new Map(this.#manifest.mapPacks.map((ref) => [ref.pack, ref]))
    const same = new Set(
      other.mapPacks.flatMap(({ pack, session, number }) =>
        own.get(pack)?.session === session && own.get(pack)?.number === number ? [pack] : [],
      ),
    )
    return (pack) => same.has(pack)
  }

  #packsOf(reader: PointReader): (pack: number) => Promise<boolean> {
    const known = new Map<number, Promise<boolean>>()
    const compare = async (pack: number) => {
      const [one, other] = [await this.#reader.table.record(pack), await reader.table.record(pack)]
      return one !== undefined && one.session === other?.session && one.number === other.number
    }
    return (pack) => {
      const result = known.get(pack) ?? compare(pack)
      known.set(pack, result)
      return result
    }
  }
}

function isSameBlock(leaf: LeafPage, old: LeafPage, block: number): boolean {
  const [slot, before] = [leaf.slots[block], old.slots[block]]
  if (slot === undefined || before === undefined || leaf.places[block] !== old.places[block]) return false
  if (slot.pack !== before.pack || slot.slot !== before.slot || slot.offset !== before.offset) return false
  const at = block * DIGEST_BYTES
  return equalBytes(leaf.ids.subarray(at, at + DIGEST_BYTES), old.ids.subarray(at, at + DIGEST_BYTES))
}
