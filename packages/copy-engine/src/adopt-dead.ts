import {
  type Checkpoint,
  type EntryBody,
  layout,
  type LogPlace,
  type LogState,
  type SessionId,
} from "@bcopy/chain-format"
import { appendLogEntry } from "./append-log-entry.ts"
import type { DeadSession } from "./await-rivals.ts"
import { EngineError } from "./engine-error.ts"
import type { Repository } from "./repository.ts"
import { readFence } from "./session-list.ts"

/** Work of dead sessions that a new one goes on with. */
export interface Adoption {
  /** The newest progress; absent if there are only packs. */
  readonly checkpoint: Checkpoint | undefined
  /** Sessions whose whole packs behind the checkpoint count too. */
  readonly sessions: readonly SessionId[]
  /** Head of the log when the session began that made the checkpoint; absent if that was not the one adopted. */
  readonly tail?: number
}

export interface AdoptDeadOptions {
  readonly place: LogPlace
  readonly state: LogState
  readonly readAtMs: number
  readonly session: SessionId
  readonly dead: readonly DeadSession[]
  /** Identity of the source point that is about to be brought: of several, the one with progress on it is adopted. */
  readonly identity: string | undefined
  readonly signal?: AbortSignal
}

/**
 * Fences every dead session by name: one whose work is of use is adopted, with what it had adopted itself, all others
 * are abandoned. Each can happen to a session once (docs/design.md, Sessions).
 * @throws EngineError `Fenced` if another session was quicker
 */
export async function adoptDead(
  repository: Repository,
  options: AdoptDeadOptions,
): Promise<{ readonly state: LogState; readonly adoption: Adoption | undefined }> {
  const { place, session, dead, identity } = options
  const signal = options.signal === undefined ? {} : { signal: options.signal }
  let { state } = options
  let adopted: Adoption | undefined
  const inherited = await readInherited()
  const works = await Promise.all(dead.map((one) => workOf(one)))
  const best = works
    .filter((work) => work.adoption !== undefined)
    .toSorted((a, b) => rank(b) - rank(a) || (b.dead.beat?.atMs ?? 0) - (a.dead.beat?.atMs ?? 0))[0]

  for (const work of works.toSorted((a, b) => Number(a === best) - Number(b === best))) {
    const fenced = work.dead.session
    const adopt = work === best ? work.adoption : undefined
    const body: EntryBody =
      adopt === undefined
        ? { kind: "fence", fenced, outcome: "abandoned" }
        : {
            kind: "fence",
            fenced,
            outcome: "adopted",
            sessions: adopt.sessions,
            ...(adopt.checkpoint !== undefined && { checkpoint: adopt.checkpoint }),
          }
    const appended = await appendLogEntry(repository, {
      place,
      state,
      readAtMs: options.readAtMs,
      session,
      decide: (log) => {
        if (log.fenced.some((mark) => mark.session === session || mark.session === fenced))
          throw new EngineError("Fenced", `${log.workload.name} was taken over by another session while this one began`)
        // It was not dead after all, and has committed: nothing of it needs a fence.
        return log.points.some((point) => point.session === fenced) ? undefined : body
      },
      ...signal,
    })
    state = appended.state
    // It is shut out now: what it was sending will never be complete. Where that cannot be told, it stays.
    await repository.store.removePartial(layout.packs(place.backup, fenced), signal).catch(() => undefined)
    if (appended.appended && adopt !== undefined) adopted = adopt
  }
  return { state, adoption: adopted }

  /** What the newest adopter in the log was given, should it have died before its first checkpoint. */
  async function readInherited(): Promise<{ by: SessionId; adoption: Adoption } | undefined> {
    const by = state.adoption?.session
    if (state.adoption === undefined || by === undefined || !dead.some((one) => one.session === by)) return undefined
    const entry = await readFence(repository, place, state.adoption.entry, signal)
    return entry && { by, adoption: { checkpoint: entry.checkpoint, sessions: entry.sessions ?? [] } }
  }

  async function workOf(one: DeadSession): Promise<{ dead: DeadSession; adoption: Adoption | undefined }> {
    const own = one.beat?.checkpoint
    const before = inherited?.by === one.session ? inherited.adoption : undefined
    const isUseless = one.beat?.abandon === true
    const limited = { limit: 1, ...signal }
    const packs = isUseless
      ? { keys: [] }
      : await repository.view.list(layout.packs(place.backup, one.session), limited)
    const checkpoint = own ?? before?.checkpoint
    const sessions = [...new Set([...(packs.keys.length > 0 ? [one.session] : []), ...(before?.sessions ?? [])])]
    const nothing = checkpoint === undefined && sessions.length === 0
    const tail = own === undefined ? undefined : one.beat?.tail
    return { dead: one, adoption: nothing ? undefined : { checkpoint, sessions, ...(tail !== undefined && { tail }) } }
  }

  function rank({ adoption: work }: { adoption: Adoption | undefined }): number {
    const checkpoint = work?.checkpoint
    if (checkpoint === undefined) return 0
    return identity !== undefined && checkpoint.identity === identity ? 2 : 1
  }
}
