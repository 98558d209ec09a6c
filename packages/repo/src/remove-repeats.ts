import { equalBytes } from "./equal-bytes.ts"
import { readKeyHistory } from "./key-history.ts"
import type { ObjectKey } from "./object-key.ts"
import type { RepoStore } from "./repo-store.ts"

/**
 * Removes newer versions of a key that have the bytes of the oldest one: what an attempt left that was made again since its
 * answer was lost. What the key means does not change. A version that is locked, or may not be deleted, stays.
 * @returns how many were removed
 */
export async function removeRepeats(store: RepoStore, key: ObjectKey, signal?: AbortSignal): Promise<number> {
  const { oldest, others } = await readKeyHistory(store, key, signal)
  const repeats = others.filter(({ marker, objectBytes }) => !marker && objectBytes === oldest?.objectBytes)
  if (oldest === undefined || repeats.length === 0) return 0
  const means = await store.read(key, { version: oldest.version, signal })
  let removed = 0
  for (const { version } of repeats) {
    const found = means && (await store.read(key, { version, signal }))
    if (found === undefined || means === undefined || !equalBytes(found.bytes, means.bytes)) continue
    const failures = await store.removeMany([{ key, version }], { signal })
    removed += 1 - failures.length
  }
  return removed
}
