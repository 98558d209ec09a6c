import type { ObjectName, RemoveFailure, RepoStore } from "./repo-store.ts"
import { isStoreError, type StoreError } from "./store-error.ts"

/** `removeMany` of a store that can delete but one object with a request. */
export async function removeOneByOne(
  store: Pick<RepoStore, "remove">,
  objects: readonly ObjectName[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly RemoveFailure[]> {
  const failures: RemoveFailure[] = []
  const stays = new Map<ObjectName["key"], StoreError>()
  for (const { key, version } of objects) {
    const above = stays.get(key)
    // What lies beneath a version that stays, stays: else the key would mean another object.
    if (above !== undefined) {
      failures.push({ key, ...(version !== undefined && { version }), error: above })
      continue
    }
    try {
      await store.remove(key, { ...options, ...(version !== undefined && { version }) })
    } catch (error) {
      // Who stops, stops all; anything else is about this object.
      if (!isStoreError(error) || error.code === "Aborted") throw error
      stays.set(key, error)
      failures.push({ key, ...(version !== undefined && { version }), error })
    }
  }
  return failures
}
