import type { Repository } from "./repository.ts"

/** A while in which a request that was given up may still land. */
export const LATE_MS = 5_000

/**
 * At the end of a run that had to make creations again: takes away what landed twice. What lands even later means nothing,
 * and goes when space is given back; nor does a run fail for it.
 */
export async function settleRepeats(
  { store, seams }: Pick<Repository, "store" | "seams">,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (store.unsettled === 0 || signal?.aborted === true) return
  try {
    await seams.clock.sleep(LATE_MS, signal)
    await store.settle(signal === undefined ? {} : { signal })
  } catch {
    // Unknown: the versions stay.
  }
}
