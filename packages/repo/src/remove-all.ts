import type { ObjectKey } from "./object-key.ts"
import type { ObjectName, RemoveFailure, RepoStore, VersionPage } from "./repo-store.ts"

/** Names in one call of `removeMany`: as many as a request of S3 takes. */
const AT_ONCE = 1000

interface Abortable {
  readonly signal?: AbortSignal | undefined
}

/**
 * Deletes every version and marker of many keys, the newest of each first, with as few requests as the store can. Gives
 * what was not deleted and why.
 */
export async function removeAll(
  store: RepoStore,
  keys: readonly ObjectKey[],
  options: Abortable,
): Promise<readonly RemoveFailure[]> {
  const failures: RemoveFailure[] = []
  const stays = new Set<ObjectKey>()
  let batch: ObjectName[] = []
  const send = async () => {
    if (batch.length > 0)
      for (const failure of await store.removeMany(batch, { signal: options.signal })) {
        failures.push(failure)
        stays.add(failure.key)
      }
    batch = []
  }
  for await (const name of namesOf(store, keys, options)) {
    if (stays.has(name.key)) continue
    batch.push(name)
    if (batch.length >= AT_ONCE) await send()
  }
  await send()
  return failures
}

/** What lies over the oldest version of a key: nobody reads it. */
export interface OverlaidObject {
  readonly key: ObjectKey
  readonly version: string
  readonly marker: boolean
  readonly objectBytes: number
}

/** Newer versions and markers under a prefix; none on a store without versions. */
export async function* listOverlaid(
  store: RepoStore,
  prefix: string,
  options: Abortable,
): AsyncIterable<OverlaidObject> {
  if (!store.capabilities.versioned) return
  let held: OverlaidObject | undefined
  for await (const { key, version, marker, objectBytes } of versionsUnder(store, prefix, options)) {
    // The newest comes first: what is followed by another version of its key lies over that one.
    if (held !== undefined && (held.marker || held.key === key)) yield held
    held = { key, version, marker, objectBytes }
  }
  if (held?.marker === true) yield held
}

async function* namesOf(store: RepoStore, keys: readonly ObjectKey[], options: Abortable): AsyncIterable<ObjectName> {
  if (!store.capabilities.versioned) {
    for (const key of keys) yield { key }
    return
  }
  const folders = Map.groupBy(keys, (key) => key.slice(0, key.lastIndexOf("/") + 1))
  for (const [folder, inIt] of folders) {
    const wanted = new Set<string>(inIt)
    // One key is asked for by itself; of several the folder is listed.
    const prefix = inIt.length === 1 ? (inIt[0] as string) : folder
    for await (const { key, version } of versionsUnder(store, prefix, options))
      if (wanted.has(key)) yield { key, version }
  }
}

/** All versions and markers under a prefix: keys ascending, the newest version of a key first. */
export async function* versionsUnder(store: RepoStore, prefix: string, { signal }: Abortable) {
  for (let after: VersionPage["next"]; ;) {
    const page: VersionPage = await store.listVersions(prefix, { signal, ...(after && { after }) })
    yield* page.versions
    if (page.next === undefined) return
    after = page.next
  }
}
