import { packBufferBytes } from "@bcopy/chain-format"
import { EngineError } from "./engine-error.ts"
import {
  coresForThreads,
  DEFAULT_MEMORY_BYTES,
  MAX_MOVERS,
  PROCESS_BYTES,
  THREAD_BYTES,
  threadsFitting,
} from "./thread-budget.ts"

/** The process once it has looked through a repository for what may go, and a thread that writes packs anew: measured. */
const SURVEYED_BYTES = 125 << 20
const REPACKER_BYTES = 20 << 20
const MIN_DEDUP_BYTES = 1 << 20
const MAX_DEDUP_BYTES = 64 << 20

/** How the memory of a session is used. */
export interface MemoryPlan {
  /** Limit of the dedup table. */
  readonly dedupBytes: number
  /** Mover threads; 0: this thread does the work. */
  readonly movers: number
  /** Whether little work may be done without threads: nobody asked for them. */
  readonly adaptive: boolean
  /** Whether this thread takes work that threads have no hands for: it fills packs too then. */
  readonly helps: boolean
  /** Buffers in which packs are filled and from which they are stored. */
  readonly packBuffers: number
}

export interface MemoryPlanOptions {
  readonly memoryBytes?: number
  readonly movers?: number
  /** Whether all pieces of the work are short, so that this thread may do some of them beside its own. */
  readonly mayHelp?: boolean
}

/**
 * Divides the target for the whole process: as many mover threads as there are cores and room for, else none, and a part
 * for the dedup table.
 * @throws EngineError `BadArgument` if there is no room for two packs, with both numbers
 */
export function memoryPlan(
  { memoryBytes = DEFAULT_MEMORY_BYTES, movers, mayHelp = false }: MemoryPlanOptions,
  packBytes: number,
): MemoryPlan {
  requireMovers(movers)
  const buffer = packBufferBytes(packBytes)
  const left = memoryBytes - PROCESS_BYTES - 2 * buffer - MIN_DEDUP_BYTES
  if (left < 0)
    throw new EngineError(
      "BadArgument",
      `memory of ${memoryBytes} bytes has no room for 2 packs of ${packBytes} bytes beside the ${PROCESS_BYTES} of the process`,
      {
        hint: `Use --memory ${Math.ceil((memoryBytes - left) / (1 << 20))}MiB or more.`,
      },
    )
  // Each thread fills a pack while another is stored. Where there is no room for two, this thread does the work.
  const fitting = 1 + Math.floor((left - THREAD_BYTES) / (buffer + THREAD_BYTES))
  const { cores, helps: isAsked } = coresForThreads(mayHelp && movers === undefined)
  const chosen = movers ?? Math.min(cores, Math.max(0, fitting), MAX_MOVERS)
  const helps = isAsked && fitting > chosen
  const filling = Math.max(1, helps ? chosen + 1 : chosen)
  const rest = Math.max(0, left - chosen * THREAD_BYTES - (filling - 1) * buffer)
  const spare = Math.min(chosen === 0 ? 0 : filling, Math.floor(rest / 2 / buffer))
  return {
    movers: chosen,
    adaptive: movers === undefined,
    helps,
    packBuffers: filling + 1 + spare,
    dedupBytes: Math.min(MAX_DEDUP_BYTES, MIN_DEDUP_BYTES + Math.floor(rest / 4)),
  }
}

/** Packs that are read as a whole at the same time, to be written anew. */
export const WHOLE_PACKS = 2

/** How memory is used by who writes packs anew. */
export interface RepackingPlan extends MemoryPlan {
  /** New packs are as large as there is room for: that of a pack at most, half of it at least. */
  readonly fillBytes: number
}

/**
 * The same for who writes packs anew, of whatever size: it reads {@link WHOLE_PACKS}, and each thread fills one. One that is
 * full before the last is stored waits: packs go faster than they fill. Where there is no room for a thread, this one does the
 * work.
 */
export function repackingPlan(
  { memoryBytes = DEFAULT_MEMORY_BYTES, movers }: { readonly memoryBytes?: number; readonly movers?: number },
  packBytes: number,
): RepackingPlan {
  requireMovers(movers)
  const left = memoryBytes - SURVEYED_BYTES - WHOLE_PACKS * packBufferBytes(packBytes)
  const fitting = Math.floor(left / (packBufferBytes(packBytes / 2) + REPACKER_BYTES))
  const chosen = movers ?? Math.min(coresForThreads().cores, Math.max(0, fitting), MAX_MOVERS)
  const packBuffers = Math.max(2, chosen)
  const room = Math.floor((left - chosen * REPACKER_BYTES) / packBuffers) - packBufferBytes(0)
  const fillBytes = Math.min(packBytes, Math.max(Math.ceil(packBytes / 2), room))
  return { movers: chosen, adaptive: movers === undefined, helps: false, packBuffers, dedupBytes: 0, fillBytes }
}

/** Ranges of packs that a reader has in memory at most, and their bytes. */
const READ_RANGES = 3
const READ_BYTES = 72 << 20

/** How many ranges of this size a reader has in memory: being fetched, or with slots that are being opened. */
export function rangesHeld(rangeBytes: number): number {
  return Math.max(1, Math.min(READ_RANGES, Math.floor(READ_BYTES / rangeBytes)))
}

/**
 * The same for who only reads: no pack is filled, so packs may be of any size; where memory is scarce, this thread does the
 * work. Buffers are for whole packs that are authenticated, if there is room for any.
 * @throws EngineError `BadArgument` for a number of movers that is none
 */
export function readingPlan(
  { memoryBytes = DEFAULT_MEMORY_BYTES, movers }: { readonly memoryBytes?: number; readonly movers?: number },
  { packBytes, rangeBytes }: { readonly packBytes: number; readonly rangeBytes: number },
): MemoryPlan {
  requireMovers(movers)
  const fitting = threadsFitting(memoryBytes - rangesHeld(rangeBytes) * rangeBytes)
  const chosen = movers ?? Math.min(coresForThreads().cores, fitting, MAX_MOVERS)
  // Ranges and whole packs are not read at the same time.
  const rest = Math.max(0, memoryBytes - PROCESS_BYTES - chosen * THREAD_BYTES)
  const packBuffers = Math.min(chosen + 1, Math.floor(rest / packBufferBytes(packBytes)))
  return { movers: chosen, adaptive: movers === undefined, helps: false, packBuffers, dedupBytes: 0 }
}

function requireMovers(movers: number | undefined): void {
  if (movers === undefined || (Number.isInteger(movers) && movers >= 0 && movers <= 64)) return
  throw new EngineError("BadArgument", `${movers} movers are not a whole number from 0 to 64`)
}
