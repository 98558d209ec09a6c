import { ascendingNumber, type BackupId, layout, type SessionId } from "@bcopy/chain-format"
import type { ListedObject, ListOptions, ListPage, ObjectKey, RepoStore } from "@bcopy/repo"
import { MAP_NUMBER, numberOfData, PACK_BYTES, packsOfPoint, type ReclaimScale, sessionOf } from "./reclaim-scale.ts"

/** As many as a bucket gives with a page. */
const PAGE_OBJECTS = 1000

/** A store whose data packs exist only in listings, and what became of them. */
export interface InventedPacks {
  readonly store: RepoStore
  /** Data packs that were deleted. */
  readonly deleted: { packs: number }
}

interface Invented {
  readonly session: SessionId
  readonly data: number
  /** A bit for each object that is gone, by its number. */
  gone: Uint8Array | undefined
}

/** Lists the packs of a backup as if they were there, stored at `storedAtMs`, and lets them be deleted. */
export function inventedPacks(
  over: RepoStore,
  scale: ReclaimScale,
  { backup, storedAtMs }: { readonly backup: BackupId; readonly storedAtMs: number },
): InventedPacks {
  const prefixOfAll = layout.allPacks(backup)
  const sessions: Invented[] = []
  for (let workload = 0; workload < scale.workloads; workload++)
    for (let point = 0; point < scale.points; point++)
      sessions.push({ session: sessionOf(workload, point), data: packsOfPoint(scale, point), gone: undefined })
  sessions.sort((a, b) => (a.session < b.session ? -1 : 1))
  const bySession = new Map(sessions.map((one) => [one.session, one]))
  const deleted = { packs: 0 }

  const listPacks = (prefix: string, { after = "", limit = PAGE_OBJECTS }: ListOptions): Omit<ListPage, "dateMs"> => {
    const objects: ListedObject[] = []
    const most = Math.min(limit, PAGE_OBJECTS)
    for (let at = firstAt(after); at < sessions.length; at++) {
      const one = sessions[at] as Invented
      const folder = `${prefixOfAll}${one.session}/`
      if (!folder.startsWith(prefix)) {
        if (folder > prefix) break
        continue
      }
      for (const number of numbersOf(one)) {
        const key = layout.pack(backup, one.session, number) as ObjectKey
        if (key <= after) continue
        if (objects.length === most) return { objects, folders: [], next: (objects.at(-1) as ListedObject).key }
        const objectBytes = number === MAP_NUMBER ? 100_000 : PACK_BYTES
        objects.push({ key, objectBytes, modifiedAtMs: storedAtMs })
      }
    }
    return { objects, folders: [] }
  }

  /** The session in which what follows a key begins. */
  const firstAt = (after: string): number => {
    const session = after.slice(prefixOfAll.length, prefixOfAll.length + 32)
    let [low, high] = [0, sessions.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sessions[middle] as Invented).session < session) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Whether it was a data pack. */
  const dropPack = (key: string): boolean => {
    const one = key.startsWith(prefixOfAll)
      ? bySession.get(key.slice(prefixOfAll.length, prefixOfAll.length + 32) as SessionId)
      : undefined
    const number = one && ascendingNumber(layout.packs(backup, one.session), key)
    if (one === undefined || number === undefined) return false
    one.gone ??= new Uint8Array((numberOfData(one.data) >> 3) + 1)
    one.gone[number >> 3] = (one.gone[number >> 3] as number) | (1 << (number & 7))
    if (number !== MAP_NUMBER) deleted.packs++
    return number !== MAP_NUMBER
  }

  return {
    deleted,
    store: {
      ...over,
      async list(prefix, options = {}) {
        if (!prefix.startsWith(prefixOfAll) || options.folders === true) return over.list(prefix, options)
        return { ...listPacks(prefix, options), dateMs: await over.date() }
      },
      async removeMany(objects, options) {
        return over.removeMany(
          objects.filter(({ key }) => !dropPack(key)),
          options,
        )
      },
    },
  }
}

/** The numbers of a session's packs that are there, ascending: the map pack is the second. */
function* numbersOf({ data, gone }: Invented): Iterable<number> {
  const isThere = (number: number) => (((gone?.[number >> 3] ?? 0) >> (number & 7)) & 1) === 0
  for (let index = 0; index < data; index++) {
    const number = numberOfData(index)
    if (isThere(number)) yield number
    if (index === 0 && isThere(MAP_NUMBER)) yield MAP_NUMBER
  }
}
