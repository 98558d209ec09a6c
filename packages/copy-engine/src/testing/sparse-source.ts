import type { Source } from "@bcopy/source"
import { changingSource, runsOf } from "./changing-source.ts"

/** A disk of zeros but for some blocks, of which the source knows what has changed since its last point. */
export function sparseSource(options: {
  readonly workload?: string
  readonly sizeBytes: number
  readonly blocks: ReadonlyMap<number, Uint8Array>
  readonly changed: readonly number[]
}): Source {
  const { blocks, changed, ...disk } = options
  return changingSource({
    ...disk,
    filled: runsOf(blocks.keys()),
    changed: runsOf(changed),
    fill: (block, into) => into.set(blocks.get(block) ?? []),
  })
}
