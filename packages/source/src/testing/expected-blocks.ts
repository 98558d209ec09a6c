import type { SourceDisk, Span, SpanOptions } from "../source.ts"
import { claim } from "./conformance-case.ts"

/** The block of `bytes` numbered `index`, padded with zeros. */
export function expectedBlock(bytes: Uint8Array, index: number, blockBytes: number): Uint8Array {
  const block = new Uint8Array(blockBytes)
  block.set(bytes.subarray(index * blockBytes, (index + 1) * blockBytes))
  return block
}

export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0) return false
  return true
}

/** Throws unless both hold the same bytes, naming the first byte that differs. */
export function claimEqual(found: Uint8Array, expected: Uint8Array, what: string): void {
  claim(found.length === expected.length, `${what}: ${found.length} bytes instead of ${expected.length}`)
  for (let at = 0; at < found.length; at++)
    if (found[at] !== expected[at]) throw new Error(`${what}: byte ${at} is ${found[at]} instead of ${expected[at]}`)
}

/** Reads blocks into a buffer that was not empty before, so that bytes left out show. */
export async function readBlocks(
  disk: SourceDisk,
  first: number,
  count: number,
  blockBytes: number,
): Promise<Uint8Array> {
  const into = new Uint8Array(count * blockBytes).fill(0xa5)
  await disk.read(first, count, into)
  return into
}

/** All spans from `from` on, after proof that they cover the disk from there without gap or overlap. */
export async function coveringSpans(disk: SourceDisk, blockBytes: number, options: SpanOptions = {}): Promise<Span[]> {
  const spans: Span[] = []
  const { from = 0 } = options
  let next = from
  for await (const span of disk.spans(options)) {
    const { first, count } = span
    claim(first === next, `disk "${disk.name}": a span begins at block ${first} instead of ${next}`)
    claim(Number.isSafeInteger(count) && count > 0, `disk "${disk.name}": a span of ${count} blocks at ${first}`)
    next += count
    spans.push(span)
  }
  const blocks = Math.ceil(disk.sizeBytes / blockBytes)
  claim(next === Math.max(blocks, from), `disk "${disk.name}": spans end at block ${next} instead of ${blocks}`)
  return spans
}
