import {
  entryKey,
  isDamage,
  layout,
  type LivePoint,
  type LogPlace,
  type LogState,
  type PointTree,
  readManifest,
  type SessionId,
} from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import { EngineError } from "../engine-error.ts"
import type { Repository } from "../repository.ts"
import { beatOf, type ListedSession, listSessions, readFence } from "../session-list.ts"
import { settledSessions } from "../session-marks.ts"
import type { DuePoints } from "./due-points.ts"
import type { Holder } from "./pack-tally.ts"

/** How often a session is looked at again whose beat was replaced while it was read. */
const LOOKS = 5

/** Something of a workload that holds packs. */
export type Root =
  | { readonly kind: "tree"; readonly holder: Holder; readonly tree: PointTree; readonly point?: LivePoint }
  /** All packs that a session has stored. */
  | { readonly kind: "session"; readonly session: SessionId }
  /** What a point needs is not known: whatever was stored up to this time of the store. */
  | { readonly kind: "unknown"; readonly untilMs: number; readonly entry: number; readonly error: unknown }

/**
 * Everything of a workload that holds packs: living points, removed ones but those that are due, adopted work, and sessions
 * that have neither committed nor been shut out, with their checkpoints. Of several states of a log each counts.
 * @throws StoreError, EngineError where something is not known; then nothing may be deleted
 */
export async function* workloadRoots(
  repository: Repository,
  place: LogPlace,
  states: readonly LogState[],
  options: { readonly due?: DuePoints; readonly signal?: AbortSignal } = {},
): AsyncIterable<Root> {
  const { due, ...abortable } = options
  const seen = new Set<string>()
  for (const state of states) {
    for (const point of state.points) yield* rootsOfPoint(point, "live")
    for (const one of state.removed)
      if (due?.has(place, one) !== true)
        yield* rootsOfPoint(one.point, due?.isRead(place, one.point.point) === true ? "reading" : "undo")
    yield* rootsOfAdoption(state)
  }
  yield* rootsOfSessions()

  async function* rootsOfPoint(point: LivePoint, holder: Holder): AsyncIterable<Root> {
    const id = `${point.entry}/${point.home?.entry ?? 0}`
    if (seen.has(id)) return
    seen.add(id)
    try {
      yield {
        kind: "tree",
        holder,
        point,
        tree: await readManifest(repository.view, place, point, abortable),
      }
    } catch (error) {
      if (!isDamage(error)) throw error
      yield { kind: "unknown", entry: point.entry, error, untilMs: await storedAt(repository, place, point, abortable) }
    }
  }

  async function* rootsOfAdoption({ adoption }: LogState): AsyncIterable<Root> {
    if (adoption === undefined || seen.has(`fence ${adoption.entry}`)) return
    seen.add(`fence ${adoption.entry}`)
    const fence = await readFence(repository, place, adoption.entry, abortable)
    // One that does not open gives nothing to whoever comes next.
    if (fence === undefined) return
    for (const session of new Set([fence.fenced, ...(fence.sessions ?? [])])) yield { kind: "session", session }
    if (fence.checkpoint !== undefined) yield { kind: "tree", holder: "session", tree: fence.checkpoint }
  }

  async function* rootsOfSessions(): AsyncIterable<Root> {
    const settled = settledSessions(...states)
    for (const listed of await listSessions(repository, place, abortable)) {
      if (settled.has(listed.session)) continue
      yield { kind: "session", session: listed.session }
      const beat = await newestBeat(listed)
      if (beat !== undefined && beat !== "unopenable" && beat.checkpoint !== undefined)
        yield { kind: "tree", holder: "session", tree: beat.checkpoint }
    }
  }

  /** A session's newest beat; `undefined` if it has ended meanwhile, and left none. */
  async function newestBeat(listed: ListedSession) {
    let newest: ListedSession | undefined = listed
    for (let look = 0; look < LOOKS; look++) {
      const beat = await beatOf(repository, place, newest, abortable)
      if (beat !== undefined) return beat
      newest = (await listSessions(repository, place, abortable)).find(({ session }) => session === listed.session)
      if (newest === undefined) return undefined
    }
    throw new EngineError("Busy", `the beats of session ${listed.session} come too fast to be read`)
  }
}

/** When the store took the entry that says where a point lies: all that it needs was stored before. */
export async function storedAt(
  { store, view }: Repository,
  place: LogPlace,
  { entry, home }: Pick<LivePoint, "entry" | "home">,
  options: { readonly signal?: AbortSignal },
): Promise<number> {
  const key = entryKey(layout.log(place.backup, place.workload), home?.entry ?? entry, view.entryTag)
  const head = await store.head(parseObjectKey(key), options)
  return head?.modifiedAtMs ?? Number.MAX_SAFE_INTEGER
}
