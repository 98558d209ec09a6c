import type { RepoStore } from "@bcopy/repo"

/** Deletes what lies under a probe's folder, with all versions and markers; what is still locked is left. */
export async function clearProbe(store: RepoStore, folder: string): Promise<void> {
  if (!store.capabilities.versioned) {
    for (let after: string | undefined; ;) {
      const { objects, next } = await store.list(folder, after === undefined ? {} : { after })
      await store.removeMany(objects.map(({ key }) => ({ key })))
      if (next === undefined) return
      after = next
    }
  }
  for (let after: { readonly key: string; readonly version?: string } | undefined; ;) {
    const page = await store.listVersions(folder, after === undefined ? {} : { after })
    await store.removeMany(page.versions.map(({ key, version }) => ({ key, version })))
    if (page.next === undefined) return
    after = page.next
  }
}
