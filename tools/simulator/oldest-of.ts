import type { ObjectHead, ObjectKey, RepoStore } from "@bcopy/repo"

/** The object that counts under a key: the oldest version that is no marker, where versions are kept. */
export async function oldestOf(store: RepoStore, key: string): Promise<ObjectHead | undefined> {
  if (!store.capabilities.versioned) return store.head(key as ObjectKey)
  const { versions } = await store.listVersions(key)
  const oldest = versions.findLast((one) => one.key === key && !one.marker)
  return oldest && store.head(oldest.key, { version: oldest.version })
}
