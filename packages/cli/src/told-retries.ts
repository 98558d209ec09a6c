import type { Clock, Retry } from "@bcopy/repo"

/** A request that failed so often is told: with the waits between, that took about a second. */
const TOLD_ATTEMPT = 4
/** Not told again before so long. */
const EVERY_MS = 10_000

/**
 * Tells that requests are made again, once that goes on for a while, and then now and then: else a service that does not answer
 * looks like a program that hangs.
 */
export function toldRetries(note: (text: string) => void, clock: Pick<Clock, "monotonic">): (retry: Retry) => void {
  let toldAtMs: number | undefined
  return ({ attempt, error }) => {
    const now = clock.monotonic()
    if (attempt < TOLD_ATTEMPT || (toldAtMs !== undefined && now - toldAtMs < EVERY_MS)) return
    toldAtMs = now
    note(`${(error as Error).message}; trying again`)
  }
}
