import type { Clock } from "./clock.ts"
import { isRetryable } from "./store-error.ts"
import { throwIfAborted } from "./throw-if-aborted.ts"

/** How often, and after which waits, work is done again that failed in a way that may pass. */
export interface RetryPolicy {
  /** How often work is done at most, the first time included. */
  readonly attempts: number
  /** The first wait; doubled after each further failure, at most 64 times this. */
  readonly baseDelayMs: number
  readonly clock: Pick<Clock, "sleep">
  /** A number from 0 up to but not including 1: each wait is cut to between half and all of its length. */
  readonly random: () => number
  /** Told before each wait. */
  readonly onRetry?: (retry: Retry) => void
}

/** Work that failed, and will be done again after `delayMs`. */
export interface Retry {
  /** What was tried, as messages name it. */
  readonly what: string
  /** The attempt that failed, from 1 on. */
  readonly attempt: number
  readonly delayMs: number
  readonly error: unknown
}

const MAX_DOUBLINGS = 6

/** The wait after an attempt, from 1 on. */
export function retryDelayMs(
  { baseDelayMs, random }: Pick<RetryPolicy, "baseDelayMs" | "random">,
  attempt: number,
): number {
  return baseDelayMs * 2 ** Math.min(attempt - 1, MAX_DOUBLINGS) * (0.5 + random() / 2)
}

/** Waits between two attempts. @throws StoreError `Aborted` if the signal fires meanwhile */
export async function waitBetween(
  clock: Pick<Clock, "sleep">,
  delayMs: number,
  { signal, what }: { readonly signal: AbortSignal | undefined; readonly what: string },
): Promise<void> {
  throwIfAborted(signal, what)
  try {
    await clock.sleep(delayMs, signal)
  } catch (error) {
    throwIfAborted(signal, what)
    throw error
  }
  throwIfAborted(signal, what)
}

/** Does work again that failed with a `StoreError` which may pass; for a whole store, use `withRetry`. */
export async function retrying<Result>(
  policy: RetryPolicy,
  { signal, what }: { readonly signal: AbortSignal | undefined; readonly what: string },
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++)
    try {
      return await work()
    } catch (error) {
      if (attempt >= policy.attempts || !isRetryable(error)) throw error
      const delayMs = retryDelayMs(policy, attempt)
      policy.onRetry?.({ what, attempt, delayMs, error })
      await waitBetween(policy.clock, delayMs, { signal, what })
    }
}
