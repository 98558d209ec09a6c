import { availableParallelism } from "node:os"

/** docs/design.md, Memory: what the process takes beside pack buffers and the dedup table. */
export const PROCESS_BYTES: number = 110 << 20
/** What a mover thread takes beside its pack buffers, measured: stretches on their way, the thread, what waits for GC. */
export const THREAD_BYTES: number = 35 << 20
export const DEFAULT_MEMORY_BYTES: number = 288 << 20
export const MAX_MOVERS = 8
/** Of so many cores threads leave one to the main thread where it takes a part of their work: else it idles half of the time. */
const SHARED_CORES = 2

/** How many cores there are for threads, and whether the main thread is to help them, if it may. */
export function coresForThreads(mayHelp = false): { readonly cores: number; readonly helps: boolean } {
  const cores = availableParallelism()
  const helps = mayHelp && cores === SHARED_CORES
  return { cores: helps ? cores - 1 : cores, helps }
}

/** How many threads there is room for at most, whatever they do. */
export function threadsFitting(memoryBytes: number = DEFAULT_MEMORY_BYTES): number {
  return Math.max(0, Math.floor((memoryBytes - PROCESS_BYTES) / THREAD_BYTES))
}
