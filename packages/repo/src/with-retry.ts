import { aroundRequests, type StoreMethod, type StoreRequest } from "./around-requests.ts"
import type { ObjectName, ReadResult, RemoveFailure, RepoStore } from "./repo-store.ts"
import { requireWhole } from "./require-whole.ts"
import { type Retry, retryDelayMs, type RetryPolicy, waitBetween } from "./retrying.ts"
import { isRetryable, isStoreError, StoreError } from "./store-error.ts"

export interface RetryOptions extends Omit<RetryPolicy, "onRetry"> {
  /** Told before each wait. */
  readonly onRetry?: (retry: StoreRetry) => void
}

/** A request that failed and will be made again after `delayMs`. */
export interface StoreRetry extends Retry {
  readonly method: StoreMethod
  readonly key: string
}

/**
 * Makes requests again that failed in a way that may pass (`isRetryable`), with growing, scattered waits, and reads
 * whose answer was cut short. A signal that fires during a wait ends it with `Aborted`.
 *
 * `create` is made again too, and its result says so (`repeated`). If an earlier attempt took effect and only its answer was lost, the later one answers
 * `created: false` about our own object; `writeOnce` settles that by content, so use it above. If attempts without an
 * answer are followed by a refusal, the object may still be there, so the rejection is `Unavailable`, with the refusal
 * as its cause.
 * @throws StoreError `BadRange` unless `attempts` is a whole number from 1 on and `baseDelayMs` is not negative
 */
export function withRetry(store: RepoStore, options: RetryOptions): RepoStore {
  const { attempts, baseDelayMs, clock, onRetry } = options
  if (!Number.isSafeInteger(attempts) || attempts < 1)
    throw new StoreError("BadRange", `${store.name}: ${attempts} attempts, at least 1 is needed`)
  if (!(baseDelayMs >= 0)) throw new StoreError("BadRange", `${store.name}: a delay of ${baseDelayMs} ms, at least 0`)

  const again = async (request: StoreRequest, what: string, attempt: number, error: unknown): Promise<void> => {
    const delayMs = retryDelayMs(options, attempt)
    onRetry?.({ method: request.method, key: request.key, what, attempt, delayMs, error })
    await waitBetween(clock, delayMs, { signal: request.signal, what })
  }

  const retried = aroundRequests(store, async (request, run) => {
    const what = `${store.name}: ${request.method} ${request.key}`
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await attemptOnce(request, what, run)
        return attempt > 1 && request.method === "create" ? { ...result, repeated: true } : result
      } catch (error) {
        if (!isRetryable(error)) throw attempt === 1 ? error : stillUnknown(request, what, error)
        if (attempt >= attempts) throw error
        await again(request, what, attempt, error)
      }
    }
  })

  return {
    ...retried,
    get name() {
      return store.name
    },
    get place() {
      return store.place ?? store.name
    },
    get capabilities() {
      return store.capabilities
    },
    async removeMany(objects, removing = {}) {
      const request: StoreRequest = { method: "removeMany", key: objects[0]?.key ?? "", signal: removing.signal }
      const failures: RemoveFailure[] = []
      let left: readonly ObjectName[] = objects
      for (let attempt = 1; left.length > 0; attempt++) {
        const failed = await retried.removeMany(left, removing)
        const mayPass = attempt < attempts ? failed.filter(({ error }) => isRetryable(error)) : []
        failures.push(...failed.filter((one) => !mayPass.includes(one)))
        left = mayPass.map(({ error: _, ...name }) => name)
        const [first] = mayPass
        if (first !== undefined) await again(request, `${store.name}: removeMany ${request.key}`, attempt, first.error)
      }
      return failures
    },
  }
}

async function attemptOnce<T>(request: StoreRequest, what: string, run: () => Promise<T>): Promise<T> {
  const result = await run()
  if (request.method === "read") requireWhole(result as ReadResult | undefined, what, request.range)
  return result
}

/** A refusal of `create` promises that nothing was stored; after an attempt without an answer nobody can promise that. */
function stillUnknown(request: StoreRequest, what: string, error: unknown): unknown {
  if (request.method !== "create" || !isStoreError(error) || error.code === "Aborted") return error
  return new StoreError("Unavailable", `${what}: no answer at first, then refused: ${error.message}`, {
    cause: error,
    hint: error.hint,
  })
}
