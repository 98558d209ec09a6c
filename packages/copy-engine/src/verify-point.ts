import {
  authenticateSlot,
  type BackupId,
  DIGEST_BYTES,
  FormatError,
  layout,
  LEAF_BLOCKS,
  type Manifest,
  type MapReader,
  openDataPack,
  type PackRecord,
  type PointReader,
  pointReader,
  toHex,
  type WantedBlock,
} from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import type { Repository } from "./repository.ts"

const PREFETCH_LEAVES = 64

/** What was proven already in this run, so that what points share is read once. */
export interface Proven {
  /** Packs whose presence and size are known, and those whose slots were all authenticated. */
  readonly present: Set<string>
  readonly authenticated: Set<string>
  /** Leaves whose blocks were all hashed, by where their page lies. */
  readonly leaves: Set<string>
}

export interface VerifyPointOptions {
  readonly readData: "none" | "authenticate" | "hash"
  readonly proven: Proven
  readonly progress: (doneBytes: number) => void
  readonly signal?: AbortSignal
}

/**
 * Proves one point: every page of its maps and of its pack table against its pointer, content roots, every pack's
 * presence and size; by option every slot's seal, or every block's hash.
 * @throws FormatError for what is provably damaged; StoreError for what could not be read, which proves nothing
 */
export async function verifyPoint(
  repository: Repository,
  backup: BackupId,
  manifest: Manifest,
  options: VerifyPointOptions,
): Promise<void> {
  const reader = pointReader(
    repository.view,
    backup,
    manifest,
    options.signal === undefined ? {} : { signal: options.signal },
  )
  const packs = new Set<number>()
  for (const { session, number, storedBytes } of manifest.mapPacks) await present(session, number, storedBytes)
  for await (const { pack, record } of reader.table.records()) {
    packs.add(pack)
    await present(record.session, record.number, record.storedBytes)
    if (options.readData === "authenticate") await authenticate(record)
  }
  let done = 0
  for (const [index, disk] of manifest.disks.entries()) {
    const map = reader.map(index)
    const root = toHex(map.contentRoot())
    if (root !== disk.contentRoot)
      throw new FormatError(
        "Inconsistent",
        `disk ${disk.name} has content root ${root}, the manifest says ${disk.contentRoot}`,
      )
    await verifyMap(reader, map, packs, index, (bytes) => options.progress(done + bytes))
    done += disk.sizeBytes
  }

  async function verifyMap(
    point: PointReader,
    map: MapReader,
    known: ReadonlySet<number>,
    disk: number,
    progress: (bytes: number) => void,
  ): Promise<void> {
    const buffer = new Uint8Array(options.readData === "hash" ? LEAF_BLOCKS * map.blockBytes : 0)
    for (let index = 0; index < map.leaves; index++) {
      options.signal?.throwIfAborted()
      if (index % PREFETCH_LEAVES === 0) {
        const count = Math.min(PREFETCH_LEAVES, map.leaves - index)
        await map.prefetch(Array.from({ length: count }, (_, at) => index + at))
      }
      const leaf = await map.leaf(index)
      if (leaf !== undefined) {
        for (const slot of leaf.slots)
          if (slot !== undefined && !known.has(slot.pack))
            throw new FormatError(
              "Inconsistent",
              `leaf ${index} of disk ${disk} names pack ${slot.pack}, which the pack table does not list`,
            )
        const pointer = await map.pointer(0, index)
        const mapPack = manifest.mapPacks.find(({ pack }) => pack === pointer?.pack)
        const where = `${mapPack?.session}/${mapPack?.number}/${pointer?.offset}`
        if (options.readData === "hash" && !options.proven.leaves.has(where)) {
          const wanted: WantedBlock[] = []
          for (const [at, slot] of leaf.slots.entries())
            if (slot !== undefined)
              wanted.push({
                slot,
                place: leaf.places[at] as number,
                id: leaf.ids.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES),
                at: at * map.blockBytes,
              })
          await point.blocks.read(wanted, buffer, { prove: true, ...(options.signal && { signal: options.signal }) })
          options.proven.leaves.add(where)
        }
      }
      progress(Math.min((index + 1) * LEAF_BLOCKS * map.blockBytes, map.sizeBytes))
    }
  }

  async function present(session: PackRecord["session"], number: number, storedBytes: number): Promise<void> {
    const key = layout.pack(backup, session, number)
    if (options.proven.present.has(key)) return
    const head = await repository.store.head(
      parseObjectKey(key),
      options.signal === undefined ? {} : { signal: options.signal },
    )
    if (head === undefined) throw new FormatError("Missing", `pack ${key} is missing`)
    if (head.objectBytes !== storedBytes)
      throw new FormatError("Truncated", `pack ${key} has ${head.objectBytes} bytes, it was stored with ${storedBytes}`)
    options.proven.present.add(key)
  }

  /** Opens the footer and the seal of every slot. */
  async function authenticate(record: PackRecord): Promise<void> {
    const { view } = repository
    const objectKey = layout.pack(backup, record.session, record.number)
    if (options.proven.authenticated.has(objectKey)) return
    const check = async (oldest: boolean) => {
      const bytes = await view.readPack(objectKey, { oldest, ...(options.signal && { signal: options.signal }) })
      if (bytes === undefined) throw new FormatError("Missing", `pack ${objectKey} is missing`)
      const pack = openDataPack(bytes, { ...view, objectKey })
      for (const { offset, storedBytes } of pack.slots)
        authenticateSlot(bytes.subarray(offset, offset + storedBytes), { opening: pack.opening })
    }
    // Read once more, by its oldest version, before anybody calls it damage.
    await check(false).catch(() => check(true))
    options.proven.authenticated.add(objectKey)
  }
}
