import {
  type BackupId,
  decodeSmallObject,
  entryKey,
  isDamage,
  layout,
  type LogPlace,
  type LogState,
  parseReadingSession,
  type PointId,
  type PointRef,
  type RemovedPoint,
} from "@bcopy/chain-format"
import { type ObjectKey, parseObjectKey } from "@bcopy/repo"
import type { Repository } from "../repository.ts"

/** docs/design.md, Reclaim: a reading session counts for so long after its newest object. */
const READING_MS = 7 * 24 * 60 * 60_000

interface Abortable {
  readonly signal?: AbortSignal
}

/** Which removed points are to go for good: undo time and lock are over by the store's time, and nobody reads them. */
export class DuePoints {
  readonly #due = new Set<string>()
  readonly #read = new Set<string>()
  /** Reading sessions that are too old to count. */
  readonly expired: ObjectKey[] = []
  count = 0
  /** Removed points that go when their locks are over. */
  locked = 0
  /** How many were purged. */
  purged = 0

  /** Finds who reads points of a backup. A reading session that does not open is nobody's. */
  async findReaders(repository: Repository, backup: BackupId, options: Abortable): Promise<void> {
    const { store, view, storeTime } = repository
    for (let after: string | undefined; ;) {
      const page = await store.list(layout.readers(backup), { ...(after !== undefined && { after }), ...options })
      storeTime.observe(page.dateMs)
      for (const { key, modifiedAtMs } of page.objects) {
        if (page.dateMs - modifiedAtMs >= READING_MS) this.expired.push(key)
        else await this.#note(view, backup, key, options)
      }
      if (page.next === undefined) return
      after = page.next
    }
  }

  async #note(view: Repository["view"], backup: BackupId, objectKey: string, options: Abortable): Promise<void> {
    const bytes = await view.read(objectKey, options)
    if (bytes === undefined) return
    try {
      const { suite, codec } = view
      const reader = parseReadingSession(
        decodeSmallObject("readingSession", bytes, { suite, codec, objectKey }),
        objectKey,
      )
      this.#read.add(idOf({ backup, workload: reader.workload }, reader.point))
    } catch (error) {
      if (!isDamage(error)) throw error
    }
  }

  /** Finds the points of a workload that are due. One request for each removal. */
  async find(repository: Repository, place: LogPlace, { removed, head }: LogState, options: Abortable): Promise<void> {
    const times = new Map<number, number>()
    for (const { point, removal, undoMs } of removed) {
      if (this.isRead(place, point.point)) continue
      // What is locked cannot go: it is purged when the lock is over.
      if ((point.lockedUntilMs ?? 0) > repository.storeTime.now()) {
        this.locked++
        continue
      }
      let removedAtMs = times.get(removal)
      if (removedAtMs === undefined) {
        removedAtMs = await takenAt(repository, place, [removal, head.number], options)
        times.set(removal, removedAtMs)
      }
      if (repository.storeTime.now() < removedAtMs + undoMs) continue
      this.#due.add(idOf(place, point.point, removal))
      this.count++
    }
  }

  /** Whether a removal is due; one that was taken back and made anew is another one, with an undo time of its own. */
  has(place: LogPlace, { point: { point }, removal }: RemovedPoint): boolean {
    return this.#due.has(idOf(place, point, removal)) && !this.isRead(place, point)
  }

  isRead(place: LogPlace, point: PointId): boolean {
    return this.#read.has(idOf(place, point))
  }

  /** The due points of a log as it is now. */
  of(place: LogPlace, { removed }: LogState): readonly PointRef[] {
    return removed.flatMap((one) => (this.has(place, one) ? [{ entry: one.point.entry, point: one.point.point }] : []))
  }
}

/** When the store took an entry: of one that is gone a later one says that it was no later. */
async function takenAt(
  { store, view }: Repository,
  place: LogPlace,
  numbers: readonly number[],
  options: Abortable,
): Promise<number> {
  for (const number of numbers) {
    const key = entryKey(layout.log(place.backup, place.workload), number, view.entryTag)
    const head = await store.head(parseObjectKey(key), options)
    if (head !== undefined) return head.modifiedAtMs
  }
  return Number.MAX_SAFE_INTEGER
}

function idOf({ backup, workload }: LogPlace, point: PointId, removal?: number): string {
  return `${backup}/${workload}/${point}${removal === undefined ? "" : `/${removal}`}`
}
