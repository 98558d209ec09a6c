import type { Span } from "./source.ts"

/** A run of bytes of a disk that is known to read as zeros. */
export interface Hole {
  readonly offsetBytes: number
  readonly lengthBytes: number
}

/** The disk that {@link holeSpans} cuts into spans, and the block to begin with. */
export interface HoleSpansOptions {
  readonly sizeBytes: number
  readonly blockBytes: number
  /** Block to begin with, 0 by default. */
  readonly from?: number
}

/**
 * Turns holes in ascending order, with byte borders of any kind, into the spans of a disk. A block is `zero` only if
 * holes cover all of it that lies on the disk; everything else is `data`. Holes that touch count as one.
 * @throws RangeError if holes overlap or are out of order, or a number is not a whole one
 */
export function* holeSpans(holes: Iterable<Hole>, options: HoleSpansOptions): Generator<Span> {
  const { sizeBytes, blockBytes, from = 0 } = options
  if (!isCount(sizeBytes) || !isCount(blockBytes) || blockBytes === 0 || !isCount(from))
    throw new RangeError(`no spans of ${sizeBytes} bytes in blocks of ${blockBytes} from block ${from}`)
  const blocks = Math.ceil(sizeBytes / blockBytes)
  let next = from
  for (const { start, end } of merged(holes)) {
    const first = Math.max(next, Math.ceil(start / blockBytes))
    const behind = end >= sizeBytes ? blocks : Math.floor(end / blockBytes)
    if (behind <= first) continue
    if (first > next) yield { kind: "data", first: next, count: first - next }
    yield { kind: "zero", first, count: behind - first }
    next = behind
  }
  if (next < blocks) yield { kind: "data", first: next, count: blocks - next }
}

function* merged(holes: Iterable<Hole>): Generator<{ start: number; end: number }> {
  let run: { start: number; end: number } | undefined
  for (const { offsetBytes, lengthBytes } of holes) {
    if (!isCount(offsetBytes) || !isCount(lengthBytes) || offsetBytes < (run?.end ?? 0))
      throw new RangeError(`hole of ${lengthBytes} bytes at ${offsetBytes} behind one that ends at ${run?.end ?? 0}`)
    if (run?.end === offsetBytes) run.end += lengthBytes
    else {
      if (run !== undefined) yield run
      run = { start: offsetBytes, end: offsetBytes + lengthBytes }
    }
  }
  if (run !== undefined) yield run
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
