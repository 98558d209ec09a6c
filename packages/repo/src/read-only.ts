import type { RepoStore } from "./repo-store.ts"
import { aroundRequests, type StoreMethod } from "./around-requests.ts"
import { StoreError } from "./store-error.ts"

const writes: ReadonlySet<StoreMethod> = new Set<StoreMethod>([
  "create",
  "remove",
  "removeMany",
  "removePartial",
  "extend",
  "hold",
])

/**
 * The same store, but `create`, `remove`, `removeMany`, `extend` and `hold` reject with `StoreError("ReadOnly")`, naming `reason`, and
 * never reach it.
 */
export function readOnly(store: RepoStore, reason: string): RepoStore {
  return aroundRequests(store, async ({ method, key }, run) => {
    if (writes.has(method)) throw new StoreError("ReadOnly", `${store.name}: ${method} ${key} refused, ${reason}`)
    return run()
  })
}
