import type { ObjectKey } from "./object-key.ts"
import type { ExtendOptions, RepoStore } from "./repo-store.ts"
import { isStoreError, StoreError } from "./store-error.ts"
import { versionsUnder } from "./remove-all.ts"

/** Requests on their way at the same time. */
const AT_ONCE = 16

/** What an extension of locks came to. */
export interface ExtendReport {
  /** Objects that are kept until then now, or were longer. */
  readonly extended: number
}

/**
 * Keeps what keys mean, their oldest versions, at least until a date; what is kept longer stays so. One list for each thousand
 * objects of a folder, one request for each object.
 * @throws StoreError `Unavailable`, … if one of them could not be extended; `Unfit` if one is not there
 */
export async function extendAll(
  store: RepoStore,
  keys: readonly ObjectKey[],
  retainUntilMs: number,
  { signal, lockMode }: Pick<ExtendOptions, "lockMode"> & { readonly signal?: AbortSignal | undefined },
): Promise<ExtendReport> {
  const oldest = new Map<ObjectKey, string>()
  const folders = Map.groupBy(keys, (key) => key.slice(0, key.lastIndexOf("/") + 1))
  for (const [folder, inIt] of folders) {
    const wanted = new Set<string>(inIt)
    // The newest comes first, so the last one seen of a key is its oldest.
    for await (const { key, version, marker } of versionsUnder(
      store,
      inIt.length === 1 ? (inIt[0] as string) : folder,
      {
        signal,
      },
    ))
      if (!marker && wanted.has(key)) oldest.set(key, version)
  }
  const missing = keys.find((key) => !oldest.has(key))
  if (missing !== undefined) throw new StoreError("Unfit", `${store.name}: ${missing} is to be locked and is not there`)
  const waiting = [...oldest]
  const one = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [key, version] = next
      const options = { version, ...(signal && { signal }), ...(lockMode && { lockMode }) }
      await store.extend(key, retainUntilMs, options).catch((error: unknown) => {
        // It is kept longer already.
        if (!isStoreError(error) || error.code !== "Locked") throw error
      })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return { extended: oldest.size }
}

/** Sets or lifts a legal hold on what keys mean. */
export async function holdAll(
  store: RepoStore,
  keys: readonly ObjectKey[],
  on: boolean,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<void> {
  for (const key of keys) {
    let oldest: string | undefined
    for await (const found of versionsUnder(store, key, { signal }))
      if (found.key === key && !found.marker) oldest = found.version
    if (oldest !== undefined) await store.hold(key, on, { version: oldest, ...(signal && { signal }) })
  }
}
