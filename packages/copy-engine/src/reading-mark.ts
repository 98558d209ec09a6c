import {
  encodeSmallObject,
  layout,
  type LivePoint,
  type LogPlace,
  randomId,
  type ReadingSession,
} from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import type { Repository } from "./repository.ts"

/** Who reads no longer than this leaves no mark. */
const MARK_AFTER_MS = 60_000

/**
 * Does something that may read a point for long: after a minute it leaves a mark that reclaim honours for a week. Who may only
 * read leaves none, and reads all the same: what is given back meanwhile is then missed as a removed point's.
 */
export async function withReadingMark<Result>(
  repository: Repository,
  place: LogPlace,
  point: Pick<LivePoint, "entry" | "point">,
  read: () => Promise<Result>,
): Promise<Result> {
  const { store, view, seams, storeTime, notWritable } = repository
  const session = randomId<"session">(seams.random(16))
  const objectKey = layout.reader(place.backup, session, 1)
  const key = parseObjectKey(objectKey)
  const stop = new AbortController()
  const marking = mark().catch(() => false)
  try {
    return await read()
  } finally {
    stop.abort(new Error("it was read"))
    if (await marking) await store.removeOwn(key).catch(() => undefined)
  }

  async function mark(): Promise<boolean> {
    if (notWritable !== undefined) return false
    await seams.clock.sleep(MARK_AFTER_MS, stop.signal)
    const { entry, point: id } = point
    const atMs = Math.floor(storeTime.now())
    const body: ReadingSession = { session, number: 1, workload: place.workload, point: id, entry, atMs }
    await store.create(key, encodeSmallObject("readingSession", body, { ...view, objectKey }))
    return true
  }
}
