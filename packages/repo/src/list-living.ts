import { PageCut } from "./page-cut.ts"
import type { ListOptions, ListPage, ObjectVersion, RepoStore } from "./repo-store.ts"
import type { SoleVersions } from "./sole-versions.ts"
import type { OnTampering } from "./tampering.ts"

/** Greater than every character of the key grammar: the place behind all keys of a folder. */
const BEHIND = "~"

/**
 * `RepoStore.list` by the oldest versions of a versioned store: a key is there if it has a version, whatever markers
 * hide it, and has the size and time of its oldest one. Markers are reported.
 */
export async function listLiving(
  store: RepoStore,
  prefix: string,
  options: ListOptions,
  { onTampering, sole }: { readonly onTampering: OnTampering; readonly sole: SoleVersions },
): Promise<ListPage> {
  const cut = new PageCut(prefix, options)
  const { signal, limit, folders } = options
  // One more ends the page, and one more than that shows that the last key has no further version.
  const most = limit === undefined || folders ? {} : { limit: limit + 2 }
  let pending: ObjectVersion[] = []
  let after = firstPlace(prefix, options)
  for (;;) {
    const page = await store.listVersions(prefix, { signal, ...most, ...(after && { after }) })
    for (const version of page.versions) {
      if (pending[0] !== undefined && pending[0].key !== version.key && !take()) return cut.page(page.dateMs)
      pending.push(version)
    }
    if (page.next === undefined) {
      take()
      return cut.page(page.dateMs)
    }
    // A folder that is listed already is left in one step.
    const folder = cut.lastFolder
    after = folder !== undefined && page.next.key.startsWith(folder) ? { key: folder + BEHIND } : page.next
  }

  /** Offers the key whose versions are all gathered; `false` when the page is full. */
  function take(): boolean {
    const oldest = pending.findLast(({ marker }) => !marker)
    for (const { key, version, marker, modifiedAtMs } of pending) {
      if (marker) onTampering({ key, kind: "marker", version, modifiedAtMs, oldestModifiedAtMs: oldest?.modifiedAtMs })
    }
    const [any] = pending
    if (any !== undefined) sole.see(any.key, pending)
    pending = []
    if (oldest === undefined) return true
    const { key, objectBytes, modifiedAtMs } = oldest
    return cut.offer({ key, objectBytes, modifiedAtMs })
  }
}

/** Where a page begins: behind all keys of the folder that `after` names, if it is one that this listing folds. */
function firstPlace(prefix: string, { after, folders }: ListOptions): { key: string } | undefined {
  if (after === undefined) return undefined
  const folded = folders && after.endsWith("/") && after.length > prefix.length && after.startsWith(prefix)
  return { key: folded ? after + BEHIND : after }
}
