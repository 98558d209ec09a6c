import { contentHash } from "../content-hash.ts"
import type { RepositoryId } from "../ids.ts"
import type { RepositoryView } from "../repository-view.ts"
import { clearSuite, codec, idMac, sha256 } from "./clear-suite.ts"

/** A repository in memory: its objects can be changed at will, its requests are counted. */
export interface MemoryView extends RepositoryView {
  readonly objects: Map<string, Uint8Array>
  /** What `readPack` gives plainly where it is not the oldest version. */
  readonly newest: Map<string, Uint8Array>
  readonly requests: { reads: number; lists: number; packReads: number }
}

/** An empty repository in the clear. */
export function memoryView(): MemoryView {
  const objects = new Map<string, Uint8Array>()
  const newest = new Map<string, Uint8Array>()
  const requests = { reads: 0, lists: 0, packReads: 0 }
  return {
    name: "memory",
    repository: "0".repeat(32) as RepositoryId,
    suite: clearSuite,
    codec,
    sha256,
    hash: contentHash(sha256),
    idMac: idMac(new Uint8Array(32)),
    objects,
    newest,
    requests,
    async read(key) {
      requests.reads++
      return objects.get(key)
    },
    async readPack(key, { range, oldest } = {}) {
      requests.packReads++
      const bytes = oldest === true ? objects.get(key) : (newest.get(key) ?? objects.get(key))
      return range === undefined ? bytes : bytes?.subarray(range.offset, range.offset + range.length)
    },
    async list(prefix, { after = "", limit = 1000, folders = false } = {}) {
      requests.lists++
      const below = [...objects.keys()].filter((key) => key.startsWith(prefix)).toSorted()
      const folderOf = (key: string) => {
        const slash = key.indexOf("/", prefix.length)
        return slash < 0 ? undefined : key.slice(0, slash + 1)
      }
      const names = folders ? [...new Set(below.map(folderOf).filter((name) => name !== undefined))] : below
      const page = names.filter((name) => name > after)
      const shown = page.slice(0, limit)
      const next = page.length > limit ? { next: shown.at(-1) as string } : {}
      return { keys: folders ? [] : shown, folders: folders ? shown : [], ...next }
    },
  }
}
