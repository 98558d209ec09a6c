import {
  DIGEST_BYTES,
  isDamage,
  LEAF_BLOCKS,
  type LogPlace,
  type Manifest,
  type MapReader,
  nearFetch,
  type PointReader,
  pointReader,
  type RepositoryView,
  type WantedBlock,
} from "@bcopy/chain-format"
import {
  type OpenOptions,
  type OpenPoint,
  type SourceDisk,
  SourceError,
  type SourcePoint,
  throwIfAborted,
} from "@bcopy/source"
import { asSourceError } from "./as-source-error.ts"
import { mapSpans } from "./map-spans.ts"
import { ReadAhead } from "./read-ahead.ts"
import { announceSlots, readSealedSlots } from "./read-sealed-slots.ts"

/**
 * Opens a point of a repository. `stillThere` rejects if the log no longer has it: asked when something it names is
 * missing, since a point that was removed meanwhile is no damage.
 */
export function openRepositoryPoint(
  view: RepositoryView,
  { backup }: LogPlace,
  point: SourcePoint,
  manifest: Manifest,
  options: OpenOptions,
  stillThere: () => Promise<void>,
): OpenPoint {
  if (manifest.blockBytes !== options.blockBytes)
    throw new SourceError(
      "Refused",
      `${point.workload}: point ${point.id} has blocks of ${manifest.blockBytes} bytes, asked for ${options.blockBytes}`,
    )
  const reader = pointReader(view, backup, manifest)
  const explain = async (error: unknown): Promise<unknown> => {
    if (isDamage(error)) {
      try {
        await stillThere()
      } catch (failure) {
        // Gone, or not known whether it is: neither is damage.
        return asSourceError(failure, view.name)
      }
    }
    return asSourceError(error, view.name)
  }
  return {
    disks: manifest.disks.map((disk, index): SourceDisk => {
      const map = reader.map(index)
      const readMap = reader.map(index)
      const place = { backup, table: reader.table, map: reader.map(index) }
      const aheadMap = reader.map(index)
      const limits = view.fetch ?? nearFetch
      const ahead = limits.atOnce > 1 ? new ReadAhead(view, place, limits) : undefined
      return {
        name: disk.name,
        sizeBytes: disk.sizeBytes,
        contentRoot: disk.contentRoot,
        async *spans(spanOptions = {}) {
          try {
            throwIfAborted(spanOptions.signal, `spans of ${disk.name}`)
            yield* mapSpans(map, spanOptions)
          } catch (error) {
            throw await explain(error)
          }
        },
        async read(first, count, into, { again = false, signal } = {}) {
          try {
            throwIfAborted(signal, `read ${disk.name}`)
            await readBlocks(reader, readMap, first, count, into, again, signal)
          } catch (error) {
            throw await explain(error)
          }
        },
        sealed: {
          suite: view.suite.id,
          ...(view.suite.seed !== undefined && { seed: view.suite.seed }),
          async read(blocks, into, { signal } = {}) {
            try {
              throwIfAborted(signal, `read ${disk.name}`)
              return await readSealedSlots(view, place, blocks, into, { ahead, signal })
            } catch (error) {
              throw await explain(error)
            }
          },
          ...(ahead && {
            async willRead(blocks, { signal } = {}) {
              try {
                throwIfAborted(signal, `read ${disk.name}`)
                await announceSlots(ahead, aheadMap, blocks, signal)
              } catch (error) {
                throw await explain(error)
              }
            },
          }),
        },
      }
    }),
    ...(manifest.metadata !== undefined && { metadata: manifest.metadata }),
    consistency: manifest.consistency,
    async finish({ signal } = {}) {
      throwIfAborted(signal, `finish ${point.id}`)
      // Every block was proven by its id when it was read: what was read is the point, also if it is gone by now.
      return manifest.consistency
    },
    async close() {
      // Nothing is held open.
    },
  }
}

async function readBlocks(
  reader: PointReader,
  map: MapReader,
  first: number,
  count: number,
  into: Uint8Array,
  prove: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { blockBytes } = map
  const wanted: WantedBlock[] = []
  for (let block = first; block < first + count; block++) {
    const leaf = await map.leaf(Math.floor(block / LEAF_BLOCKS))
    const at = block % LEAF_BLOCKS
    const slot = leaf?.slots[at]
    if (leaf === undefined || slot === undefined) {
      into.fill(0, (block - first) * blockBytes, (block - first + 1) * blockBytes)
      continue
    }
    const id = leaf.ids.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES)
    wanted.push({ slot, place: leaf.places[at] as number, id, at: (block - first) * blockBytes })
  }
  // Slots open only as they were sealed; who takes the blocks holds them against their ids, so they are hashed once.
  await reader.blocks.read(wanted, into, { prove, ...(signal && { signal }) })
}
