import type { RepoStore } from "@bcopy/repo"

/** A versioned store as it will be when somebody deletes, at that time, every version that is not locked longer. */
export function bucketLeftAt(store: RepoStore, atMs: number): RepoStore {
  const locks = new Map<string, Promise<number>>()
  const lockOf = async (key: Parameters<RepoStore["head"]>[0], version: string) =>
    (await store.head(key, { version }))?.retainUntilMs ?? 0
  const isLeft = async ({ key, version }: { key: Parameters<RepoStore["head"]>[0]; version: string }) => {
    const name = `${key} ${version}`
    const known = locks.get(name) ?? lockOf(key, version)
    locks.set(name, known)
    return (await known) >= atMs
  }
  const leftIn = async <Version extends Parameters<typeof isLeft>[0] & { readonly marker: boolean }>(
    versions: readonly Version[],
  ) => {
    const left = await Promise.all(versions.map(async (one) => !one.marker && isLeft(one)))
    return versions.filter((_, at) => left[at])
  }
  /** The version that is there to who names none. */
  const versionOf = async (key: Parameters<RepoStore["head"]>[0], given: string | undefined) => {
    if (given !== undefined) return (await isLeft({ key, version: given })) ? given : undefined
    const { versions } = await store.listVersions(key)
    return (await leftIn(versions.filter((one) => one.key === key)))[0]?.version
  }
  return {
    ...store,
    read: async (key, options) => {
      const version = await versionOf(key, options?.version)
      return version === undefined ? undefined : store.read(key, { ...options, version })
    },
    head: async (key, options) => {
      const version = await versionOf(key, options?.version)
      return version === undefined ? undefined : store.head(key, { ...options, version })
    },
    listVersions: async (prefix, options) => {
      const page = await store.listVersions(prefix, options)
      return { ...page, versions: await leftIn(page.versions) }
    },
  }
}
