import { PageCut } from "./page-cut.ts"
import type { ListOptions, ListPage, ObjectVersion, RepoStore } from "./repo-store.ts"
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
  onTampering: OnTampering,
): Promise<ListPage> {
  const cut = new PageCut(prefix, options)
  const { signal } = options
  let pending: ObjectVersion[] = []
  let after = placeBehind(options.after, options)
  for (;;) {
    const page = await store.listVersions(prefix, { signal, ...(after && { after }) })
    for (const version of page.versions) {
      if (pending[0] !== undefined && pending[0].key !== version.key && !take()) return cut.page(page.dateMs)
      pending.push(version)
    }
    if (page.next === undefined) {
      take()
      return cut.page(page.dateMs)
    }
    // A folder that is listed already is left in one step, with what was gathered of its keys.
    const folder = cut.lastFolder
    const inside = folder !== undefined && page.next.key.startsWith(folder)
    if (inside) pending = []
    after = inside ? placeBehind(folder, options) : page.next
  }

  /** Offers the key whose versions are all gathered; `false` when the page is full. */
  function take(): boolean {
    const oldest = pending.findLast(({ marker }) => !marker)
    for (const { key, version, marker, modifiedAtMs } of pending) {
      if (marker) onTampering({ key, kind: "marker", version, modifiedAtMs, oldestModifiedAtMs: oldest?.modifiedAtMs })
    }
    pending = []
    if (oldest === undefined) return true
    const { key, objectBytes, modifiedAtMs } = oldest
    return cut.offer({ key, objectBytes, modifiedAtMs })
  }
}

function placeBehind(name: string | undefined, { folders }: ListOptions): { key: string } | undefined {
  if (name === undefined) return undefined
  return { key: folders && name.endsWith("/") ? name + BEHIND : name }
}
