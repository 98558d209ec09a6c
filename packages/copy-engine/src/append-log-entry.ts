import {
  encodeSmallObject,
  type EntryBody,
  entryKey,
  foldEntry,
  layout,
  type LogEntry,
  type LogPlace,
  type LogState,
  nextEntry,
  openEntry,
  readLog,
  type SessionId,
  type SiblingHead,
  summarize,
  toHex,
  type WorkloadId,
} from "@bcopy/chain-format"
import { appendEntry, type DecidedEntry, parseObjectKey } from "@bcopy/repo"
import { EngineError } from "./engine-error.ts"
import type { PackLock } from "./pack-uploads.ts"
import { type Repository, requireWritable } from "./repository.ts"

/** A decision older than this, by the store's time, is checked again after it was written (docs/design.md, Append law). */
export const STALE_AFTER_MS = 10 * 60_000

export interface AppendLogOptions {
  readonly place: LogPlace
  /** The log as it was read. */
  readonly state: LogState
  /** The store's time when it was read. */
  readonly readAtMs: number
  readonly session: SessionId
  /** What to append, decided against the whole log; `undefined` to stop. Called again after every collision. */
  readonly decide: (state: LogState) => EntryBody | undefined | Promise<EntryBody | undefined>
  /** How an entry with this body is locked; not at all, if absent. */
  readonly lockOf?: (body: EntryBody) => PackLock | undefined
  /** Set by the one writer of a repair: the log may have broken entries. */
  readonly repair?: boolean
  readonly signal?: AbortSignal
}

/**
 * Appends an entry to a commit log under the append law. Gives the state after it, or what stopped the decision.
 * @throws EngineError `NeedsNewer`, `Damaged`, `NotWritable`; whatever `decide` throws
 */
export async function appendLogEntry(
  repository: Repository,
  options: AppendLogOptions,
): Promise<{ readonly state: LogState; readonly appended: boolean }> {
  requireWritable(repository)
  const { view, store, storeTime } = repository
  const { place, session, decide, signal } = options
  const prefix = layout.log(place.backup, place.workload)
  let { state } = options
  let decided: (DecidedEntry & { readonly entry: LogEntry }) | undefined
  const decideAgain = async () => {
    requireAppendable(repository, state, options.repair ?? false)
    const body = await decide(state)
    if (body === undefined) return undefined
    const heads = body.kind === "point" ? siblingHeads(repository, place) : []
    const entry = nextEntry(state, { session, atMs: storeTime.now(), ...(heads.length > 0 && { heads }), body })
    const objectKey = entryKey(prefix, entry.number, view.entryTag)
    const bytes = encodeSmallObject("logEntry", entry, { ...view, objectKey })
    // What this version could not read again must never become an entry.
    openEntry(view, place, entry.number, bytes)
    return { number: entry.number, bytes, entry, ...options.lockOf?.(body) }
  }
  decided = await decideAgain()
  if (decided === undefined) return { state, appended: false }
  const appended = await appendEntry(store, {
    keyOf: (number) => parseObjectKey(entryKey(prefix, number, view.entryTag)),
    first: { ...decided, decidedAtMs: options.readAtMs },
    async collided(number, bytes) {
      state = advance(state, openEntry(view, place, number, bytes), toHex(view.sha256(bytes)))
      decided = await decideAgain()
      return decided
    },
    staleAfterMs: STALE_AFTER_MS,
    recheck: async (number) => ((await readLog(view, place, signal ? { signal } : {}))?.floor ?? 0) <= number,
    ...(signal && { signal }),
  })
  if (decided === undefined) return { state, appended: false }
  if (appended === undefined)
    throw new EngineError(
      "Fenced",
      `${state.workload.name}: entry ${decided.number} came so late that its number means nothing any more`,
      { hint: "Run it again: it goes on from what was stored." },
    )
  storeTime.observe(appended.dateMs)
  repository.heads.note(prefix, decided.number, toHex(view.sha256(decided.bytes)))
  return { state: advance(state, decided.entry, toHex(view.sha256(decided.bytes))), appended: true }
}

/** How many other logs a point's entry speaks of. */
const SIBLING_HEADS = 8

/** The newest entries of other logs of the backup, as this run has seen them: each log witnesses the length of others. */
function siblingHeads({ heads }: Repository, { backup, workload }: LogPlace): readonly SiblingHead[] {
  const logs = layout.logs(backup)
  return heads.recent(logs, layout.log(backup, workload), SIBLING_HEADS).map(({ prefix, number, digest }) => ({
    workload: prefix.slice(logs.length, -1) as WorkloadId,
    number,
    digest,
  }))
}

/** @throws EngineError why this version appends nothing to the log */
export function requireAppendable(repository: Repository, state: LogState, repair: boolean): void {
  if (state.unknown.length > 0)
    throw new EngineError(
      "NeedsNewer",
      `${repository.name}: this repository needs a newer bcopy: the log of ${state.workload.name} uses ${state.unknown.join(", ")}`,
      {
        hint: "It can still be read; update bcopy to write to it.",
      },
    )
  if (state.broken.length > 0 && !repair)
    throw new EngineError(
      "Damaged",
      `${repository.name}: entry ${state.broken.join(", ")} in the log of ${state.workload.name} is missing or does not open`,
      {
        hint: "Older points stay readable. `bcopy verify` gives the lost entry up, after which the workload goes on.",
      },
    )
}

/** The state after one more entry that was found or written in the log. */
function advance(state: LogState, entry: LogEntry, digest: string): LogState {
  if (entry.number > 1 && entry.previous !== state.head.digest)
    throw new EngineError(
      "Damaged",
      `log of ${state.workload.name}: entry ${entry.number} does not follow entry ${state.head.number} as it was read`,
    )
  const next = foldEntry(state, summarize(entry, digest))
  return entry.catalogue === undefined ? next : { ...next, catalogue: { number: entry.number, digest }, since: [] }
}
