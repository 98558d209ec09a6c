import {
  type BlockPlace,
  editPackTable,
  MapReader,
  type Manifest,
  type MapPackRef,
  moveBlocks,
  type MovedSubtree,
  type NewPack,
  type PagePointer,
  type PageSink,
  placesPerSlot,
  pointReader,
  type PointTree,
  type LogPlace,
} from "@bcopy/chain-format"
import type { MapPackSink } from "../map-pack-sink.ts"
import type { Repository } from "../repository.ts"

/** Where the blocks of packs lie from now on: by the pack's name, then by position. */
export type MovedPlaces = ReadonlyMap<string, ReadonlyMap<number, BlockPlace>>

export interface RehomeOptions {
  readonly place: LogPlace
  readonly sink: MapPackSink
  readonly moved: MovedPlaces
  readonly made: ReadonlyMap<number, NewPack>
  /** Number that the next data pack gets in the workload's pack tables. */
  readonly nextPack: number
  /** Kept from point to point: what they share is written once. */
  readonly done: Map<string, MovedSubtree>
  readonly signal?: AbortSignal
}

/** A point's tree with moved blocks; its map packs are known once the sink is flushed. */
export type Rehomed = (sink: MapPackSink) => PointTree

/** The name of a pack. */
export function nameOfPack({ session, number }: { readonly session: string; readonly number: number }): string {
  return `${session}/${number}`
}

/** The tree of a point once blocks it uses lie elsewhere; `undefined` if it uses none of them. */
export async function rehomePoint(
  repository: Repository,
  manifest: Manifest,
  options: RehomeOptions,
): Promise<Rehomed | undefined> {
  const { place, sink, moved, made, nextPack, done, signal } = options
  const { view } = repository
  const { table, pages } = pointReader(view, place.backup, manifest, signal === undefined ? {} : { signal })
  const changes = new Map<number, Map<number, number>>()
  const numbers = new Map<number, ReadonlyMap<number, BlockPlace>>()
  for await (const { pack, record } of table.records()) {
    const places = moved.get(nameOfPack(record))
    if (places === undefined) continue
    numbers.set(pack, places)
    const more = new Map(record.extra.map(({ position, uses }) => [position, uses]))
    for (const { first, count } of record.live)
      for (let position = first; position < first + count; position++) {
        const to = places.get(position)
        if (to === undefined) throw new Error(`position ${position} of ${nameOfPack(record)} was not moved`)
        const uses = 1 + (more.get(position) ?? 0)
        change(changes, pack, position, -uses)
        change(changes, to.slot.pack, to.slot.slot * stride(manifest) + to.place, uses)
      }
  }
  if (numbers.size === 0) return undefined
  const live = new Map<number, number>(manifest.mapPacks.map(({ pack, liveBytes }) => [pack, liveBytes]))
  const use = (pack: number, bytes: number) => live.set(pack, (live.get(pack) ?? 0) + bytes)
  const packs = new Map(manifest.mapPacks.map((ref): [number, MapPackRef] => [ref.pack, ref]))
  const nameOf = ({ pack, offset }: PagePointer) => {
    const ref = packs.get(pack)
    return ref === undefined ? `new/${pack}/${offset}` : `${nameOfPack(ref)}/${offset}`
  }
  const move = ({ slot, place: at }: BlockPlace) => numbers.get(slot.pack)?.get(slot.slot * stride(manifest) + at)
  const disks: PointTree["disks"][number][] = []
  for (const [disk, { name, sizeBytes, map }] of manifest.disks.entries()) {
    const { height } = new MapReader(
      { sizeBytes, blockBytes: manifest.blockBytes, root: map },
      { pages, hash: view.hash },
    )
    const tree = await moveBlocks(map, height, { pages, sink, disk, move, done, nameOf })
    for (const [pack, bytes] of tree?.liveBytes ?? []) use(pack, bytes)
    disks.push({ name, sizeBytes, ...(tree !== undefined && { map: tree.pointer }) })
  }
  // Pages of pack tables differ from point to point.
  const counted: PageSink = {
    async write(record, page, digest) {
      const pointer = await sink.write(record, page, digest)
      use(pointer.pack, pointer.length)
      return pointer
    },
    drop: ({ pack, length }) => use(pack, -length),
  }
  const root = await editPackTable(
    { nextPack: manifest.nextPack, root: manifest.table },
    { pages, sink: counted, sha256: view.sha256, changes, newPacks: made, nextPack },
  )
  return (flushed) => ({
    blockBytes: manifest.blockBytes,
    disks,
    ...(root.root !== undefined && { table: root.root }),
    nextPack,
    mapPacks: [...live].flatMap(([pack, liveBytes]) => {
      const ref = packs.get(pack) ?? flushed.ref(pack)
      return liveBytes > 0 && ref !== undefined ? [{ ...ref, liveBytes }] : []
    }),
    nextMapPack: flushed.nextMapPack,
  })
}

function stride({ blockBytes }: Manifest): number {
  return placesPerSlot(blockBytes)
}

function change(changes: Map<number, Map<number, number>>, pack: number, position: number, by: number): void {
  let ofPack = changes.get(pack)
  if (ofPack === undefined) changes.set(pack, (ofPack = new Map()))
  ofPack.set(position, (ofPack.get(position) ?? 0) + by)
}
