import { EngineError } from "./engine-error.ts"

/** docs/design.md, Memory: what the process takes beside pack buffers and the dedup table. */
const PROCESS_BYTES = 120 << 20
export const DEFAULT_MEMORY_BYTES = 288 << 20
const MIN_DEDUP_BYTES = 1 << 20
const MAX_DEDUP_BYTES = 64 << 20
/** One pack being filled and one on its way; docs/design.md, Memory. */
const PACK_BUFFERS = 2

/**
 * Memory for the dedup table out of the target for the whole process.
 * @throws EngineError `BadArgument` if it has no room for two packs, with both numbers
 */
export function dedupMemory(memoryBytes = DEFAULT_MEMORY_BYTES, packBytes: number): number {
  const left = memoryBytes - PROCESS_BYTES - PACK_BUFFERS * packBytes
  if (left < MIN_DEDUP_BYTES)
    throw new EngineError(
      "BadArgument",
      `memory of ${memoryBytes} bytes has no room for ${PACK_BUFFERS} packs of ${packBytes} bytes beside the ${PROCESS_BYTES} of the process`,
      {
        hint: `Use --memory ${Math.ceil((PROCESS_BYTES + PACK_BUFFERS * packBytes + MIN_DEDUP_BYTES) / (1 << 20))}MiB or more.`,
      },
    )
  return Math.min(left, MAX_DEDUP_BYTES)
}
