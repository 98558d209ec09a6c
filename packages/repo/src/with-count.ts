import { aroundRequests, type StoreMethod, storeMethods } from "./around-requests.ts"
import type { RepoStore } from "./repo-store.ts"

/** What a store was asked for so far. Live: read it when you want to know. */
export interface StoreCounts {
  readonly requests: Readonly<Record<StoreMethod, number>>
  /** Bytes that `read` gave. */
  readonly bytesRead: number
  /** Bytes that `create` was given, also when it lost or failed. */
  readonly bytesWritten: number
}

/**
 * Counts the requests made to a store by method, and the bytes both ways. Wrapped directly around a store it counts
 * what is billed; wrapped around `withRetry` it counts what was wanted.
 */
export function withCount(store: RepoStore): { store: RepoStore; counts: StoreCounts } {
  const requests = Object.fromEntries(storeMethods.map((method) => [method, 0])) as Record<StoreMethod, number>
  const counts = { requests, bytesRead: 0, bytesWritten: 0 }
  const counting = aroundRequests(store, ({ method, bytes }, run) => {
    requests[method] += 1
    counts.bytesWritten += bytes?.length ?? 0
    return run()
  })
  const countedRead = counting.read
  counting.read = async (key, options) => {
    const result = await countedRead(key, options)
    counts.bytesRead += result?.bytes.length ?? 0
    return result
  }
  return { store: counting, counts }
}
