import {
  type BackupId,
  dataPackWriter,
  editPackTable,
  layout,
  type Manifest,
  mapPackWriter,
  MapReader,
  MapWriter,
  type PageBytes,
  type PagePointer,
  type PageSink,
  pageReader,
  PackUses,
  placesPerSlot,
  type PointTree,
  type RepositoryView,
  type SessionId,
  type SlotRef,
  toHex,
} from "@bcopy/chain-format"

/** A disk by its blocks that are not zero. */
export interface WrittenDisk {
  readonly name: string
  readonly sizeBytes: number
  /** Block number → bytes, padded to a block by whoever gives them. */
  readonly blocks: ReadonlyMap<number, Uint8Array>
}

interface WriteTreeOptions {
  readonly backup: BackupId
  readonly session: SessionId
  readonly blockBytes: number
  readonly disks: readonly WrittenDisk[]
}

/** Writes disks as one data pack and one map pack: everything a manifest names. Equal blocks are stored once. */
export async function writeTree(
  view: RepositoryView,
  { backup, session, blockBytes, disks }: WriteTreeOptions,
): Promise<{ packs: Map<string, Uint8Array>; tree: PointTree & Pick<Manifest, "disks"> }> {
  const packs = new Map<string, Uint8Array>()
  const packOf = (number: number) => ({
    ...view,
    level: 1,
    packBytes: 8 << 20,
    objectKey: layout.pack(backup, session, number),
  })
  const data = dataPackWriter(packOf(1))
  const map = mapPackWriter(packOf(2))
  const plainPages = new Map<number, Uint8Array>()
  let liveBytes = 0
  const sink: PageSink & PageBytes = {
    async write(record, page, digest) {
      const { offset, storedBytes } = map.add(page, record)
      plainPages.set(offset, page.slice())
      liveBytes += storedBytes
      return { pack: 0, offset, length: storedBytes, digest }
    },
    drop(pointer) {
      liveBytes -= pointer.length
    },
    read: async (pointer: PagePointer) => plainPages.get(pointer.offset) as Uint8Array,
    prefetch: async () => undefined,
  }
  const uses = new PackUses(blockBytes)
  const stored = new Map<string, { readonly slot: SlotRef; readonly place: number }>()
  const trees: Manifest["disks"][number][] = []
  for (const [number, disk] of disks.entries()) trees.push(await writeDisk(number, disk))

  const hasData = data.slots > 0
  const dataBytes = data.finish()
  if (hasData) packs.set(packOf(1).objectKey, dataBytes)
  const record = { session, number: 1, hint: data.hint, storedBytes: dataBytes.length, lockedUntilMs: 0 }
  const { root } = await editPackTable(
    { nextPack: 0, root: undefined },
    {
      pages: pageReader(sink, view),
      sink,
      sha256: view.sha256,
      changes: uses.take(),
      newPacks: new Map([[0, record]]),
      nextPack: hasData ? 1 : 0,
    },
  )
  const hasPages = map.slots > 0
  const mapBytes = map.finish()
  if (hasPages) packs.set(packOf(2).objectKey, mapBytes)
  const mapPack = { pack: 0, session, number: 2, hint: map.hint, storedBytes: mapBytes.length, liveBytes }
  return {
    packs,
    tree: {
      blockBytes,
      disks: trees,
      ...(root !== undefined && { table: root }),
      nextPack: hasData ? 1 : 0,
      mapPacks: hasPages ? [mapPack] : [],
      nextMapPack: 1,
    },
  }

  async function writeDisk(disk: number, { name, sizeBytes, blocks }: WrittenDisk) {
    const { hash } = view
    const writer = new MapWriter({ disk, sizeBytes, blockBytes, base: undefined, sink, hash, uses })
    storeBlocks(disk, blocks)
    for (const [block, bytes] of [...blocks].toSorted(([a], [b]) => a - b)) {
      await writer.zero(block - writer.next)
      const id = view.sha256(bytes)
      const { slot, place } = stored.get(toHex(id)) as { slot: SlotRef; place: number }
      await writer.put(id, slot, place)
    }
    await writer.zero(writer.blocks - writer.next)
    const tree = await writer.finish()
    const contentRoot = toHex(new MapReader(tree, { pages: pageReader(sink, view), hash }).contentRoot())
    return { name, sizeBytes, ...(tree.root !== undefined && { map: tree.root }), contentRoot }
  }

  function storeBlocks(disk: number, blocks: ReadonlyMap<number, Uint8Array>): void {
    const fresh = new Map<string, { block: number; bytes: Uint8Array }>()
    for (const [block, bytes] of [...blocks].toSorted(([a], [b]) => a - b)) {
      const id = toHex(view.sha256(bytes))
      if (!stored.has(id) && !fresh.has(id)) fresh.set(id, { block, bytes })
    }
    const waiting = [...fresh]
    while (waiting.length > 0) {
      const slotBlocks = waiting.splice(0, placesPerSlot(blockBytes))
      const plain = new Uint8Array(slotBlocks.length * blockBytes)
      for (const [place, [, { bytes }]] of slotBlocks.entries()) plain.set(bytes, place * blockBytes)
      const runs = slotBlocks.map(([, { block }]) => ({ first: block, count: 1 }))
      const { slot, offset, storedBytes } = data.add(plain, { disk, runs: joined(runs) })
      for (const [place, [id]] of slotBlocks.entries())
        stored.set(id, { slot: { pack: 0, slot, offset, length: storedBytes }, place })
    }
  }
}

function joined(runs: readonly { first: number; count: number }[]): readonly { first: number; count: number }[] {
  const joint: { first: number; count: number }[] = []
  for (const { first, count } of runs) {
    const last = joint.at(-1)
    if (last !== undefined && last.first + last.count === first) last.count += count
    else joint.push({ first, count })
  }
  return joint
}
