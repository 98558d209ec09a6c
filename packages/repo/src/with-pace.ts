import { aroundRequests, type StoreRequest } from "./around-requests.ts"
import type { Clock } from "./clock.ts"
import { Concurrency } from "./concurrency.ts"
import { RateLimit } from "./rate-limit.ts"
import type { RepoStore } from "./repo-store.ts"
import { isStoreError, StoreError } from "./store-error.ts"
import { throwIfAborted } from "./throw-if-aborted.ts"

export interface PaceOptions {
  /** Requests under way at once at most. */
  readonly maxConcurrent: number
  /** Requests a second at most, on average over a second; no limit if absent. */
  readonly requestsPerSecond?: number
  /** Bytes a second at most, sent and asked for; no limit if absent. */
  readonly bytesPerSecond?: number
  readonly clock: Pick<Clock, "monotonic" | "sleep">
}

/**
 * Makes requests as fast as the store takes them. How many are under way at once follows its answers: one more for every
 * round that went well, half as many when it asks to slow down, no more while small requests take several times as long as
 * the quickest ones did. Within that, requests and bytes a second stay below what is allowed.
 *
 * Put it beneath `withRetry`, so that every attempt counts. A request whose signal fires while it waits rejects with
 * `Aborted` and is never made.
 * @throws StoreError `BadRange` for a limit that is not positive
 */
export function withPace(store: RepoStore, options: PaceOptions): RepoStore {
  const { maxConcurrent, requestsPerSecond, bytesPerSecond, clock } = options
  const limits = [maxConcurrent, requestsPerSecond ?? 1, bytesPerSecond ?? 1]
  if (!Number.isSafeInteger(maxConcurrent) || limits.some((limit) => !(limit > 0)))
    throw new StoreError("BadRange", `${store.name}: a pace needs limits above 0, these are ${limits.join(", ")}`)
  const concurrency = new Concurrency(maxConcurrent, clock)
  const requests = requestsPerSecond === undefined ? undefined : new RateLimit(requestsPerSecond, clock)
  const bytes = bytesPerSecond === undefined ? undefined : new RateLimit(bytesPerSecond, clock)

  return aroundRequests(store, async (request, run) => {
    const what = `${store.name}: ${request.method} ${request.key}`
    const { signal } = request
    throwIfAborted(signal, what)
    const count = bytesOf(request)
    try {
      await requests?.take(1, signal)
      await bytes?.take(count, signal)
    } catch (error) {
      throwIfAborted(signal, what)
      throw error
    }
    const place = await concurrency.enter(signal)
    if (place === undefined) throwIfAborted(signal, what)
    let throttled = false
    try {
      throwIfAborted(signal, what)
      return await run()
    } catch (error) {
      throttled = isStoreError(error) && error.code === "Throttled"
      throw error
    } finally {
      place?.leave({ throttled, small: count < SMALL_BYTES })
    }
  })
}

/** Requests of less than this tell how quick the store answers, not how quick bytes pass. */
const SMALL_BYTES = 64 << 10

/** Bytes that a request moves, as far as one knows beforehand. */
function bytesOf({ bytes, range }: StoreRequest): number {
  return bytes?.length ?? range?.length ?? 0
}
