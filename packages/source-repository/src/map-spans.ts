import {
  DIGEST_BYTES,
  equalBytes,
  INNER_CHILDREN,
  LEAF_BLOCKS,
  type LeafPage,
  type MapReader,
} from "@bcopy/chain-format"
import { type ContentTree, type Span, type SpanOptions, throwIfAborted } from "@bcopy/source"

/** Leaves fetched together where all below an inner page have changed. */
const PREFETCH_LEAVES = 64

/**
 * What a block map holds, from block `from` on; against a base of the same size and block size only where the two trees
 * differ, compared page by page from the top: time and reads follow the change, not the disk.
 */
export async function* mapSpans(map: MapReader, { from = 0, base, signal }: SpanOptions): AsyncIterable<Span> {
  const same =
    base !== undefined && base.sizeBytes === map.sizeBytes && base.blockBytes === map.blockBytes ? base : undefined
  let pending: { kind: "unchanged" | "zero"; first: number; count: number } | undefined
  for await (const span of walk(map.height, 0)) {
    const first = Math.max(span.first, from)
    const count = Math.min(span.first + span.count, map.blocks) - first
    if (count <= 0) continue
    const cut = first - span.first
    if (span.kind === "data") {
      if (pending !== undefined) yield pending
      pending = undefined
      const { ids, slots } = span
      yield {
        kind: "data",
        first,
        count,
        ...(ids && { ids: ids.subarray(cut * DIGEST_BYTES, (cut + count) * DIGEST_BYTES) }),
        ...(slots && { slots: slots.subarray(cut, cut + count) }),
      }
    } else if (pending?.kind === span.kind && pending.first + pending.count === first) pending.count += count
    else {
      if (pending !== undefined) yield pending
      pending = { kind: span.kind, first, count }
    }
  }
  if (pending !== undefined) yield pending

  async function* walk(level: number, index: number): AsyncIterable<Span> {
    throwIfAborted(signal, "block map")
    const leaves = INNER_CHILDREN ** level
    const span = { first: index * leaves * LEAF_BLOCKS, count: leaves * LEAF_BLOCKS }
    if (span.first >= map.blocks || span.first + span.count <= from) return
    if (same !== undefined && equalBytes(await map.digest(level, index), await digestOf(same, level, index)))
      return yield { kind: "unchanged", ...span }
    if ((await map.pointer(level, index)) === undefined) return yield { kind: "zero", ...span }
    if (level === 0) {
      const leaf = await map.leaf(index)
      return yield { kind: "data", ...span, ...(leaf && { ids: leaf.ids, slots: slotNumbers(leaf) }) }
    }
    if (level === 1) await prefetch(index)
    for (let child = 0; child < INNER_CHILDREN; child++) yield* walk(level - 1, index * INNER_CHILDREN + child)
  }

  async function prefetch(index: number): Promise<void> {
    const wanted: number[] = []
    for (let child = 0; child < PREFETCH_LEAVES; child++) {
      const leaf = index * INNER_CHILDREN + child
      if (leaf >= map.leaves) break
      if (same === undefined || !equalBytes(await map.digest(0, leaf), await digestOf(same, 0, leaf))) wanted.push(leaf)
    }
    await map.prefetch(wanted)
  }

  function digestOf(tree: ContentTree, level: number, index: number): Promise<Uint8Array> {
    return tree.digest(level, index, signal === undefined ? {} : { signal })
  }
}

/** A number for the slot of each block: for neighbours, equal if it is the same one. */
function slotNumbers({ slots }: LeafPage): Uint32Array {
  const numbers = new Uint32Array(slots.length)
  // What does not fit is cut off: two that come to the same number are no neighbours.
  for (const [at, slot] of slots.entries()) if (slot !== undefined) numbers[at] = slot.pack * 0x10000 + slot.slot
  return numbers
}
