import { type LogPlace, type LogState, type SessionBeat, type SessionId, type SessionWriter } from "@bcopy/chain-format"
import { EngineError } from "./engine-error.ts"
import { systemHost } from "./host.ts"
import type { Repository } from "./repository.ts"
import { beatOf, type ListedSession, listSessions } from "./session-list.ts"

/** docs/design.md, Sessions: without a new beat for so long, by the observer's own clock, a session is judged dead. */
export const DEATH_WATCH_MS = 2 * 60_000
const LOOK_EVERY_MS = 10_000

/** A session that is dead, or has ended without committing, and that no fence has named yet. */
export interface DeadSession {
  readonly session: SessionId
  /** Its last beat; `undefined` if that does not open. */
  readonly beat: SessionBeat | undefined
}

/**
 * Finds the sessions of a workload that left something behind. A live rival makes it `Busy`; one that may be dead is
 * watched until its beat has stood still for two minutes. Waiting is courtesy only: safety rests on the fence.
 * @throws EngineError `Busy`
 */
export async function awaitRivals(
  repository: Repository,
  place: LogPlace,
  state: LogState,
  self: { readonly session: SessionId; readonly writer: SessionWriter; readonly startedAtMs: number },
  options: { readonly takeOver: boolean; readonly signal?: AbortSignal },
): Promise<readonly DeadSession[]> {
  const { clock, onEvent, host = systemHost } = repository.seams
  const settled = new Set<string>([
    self.session,
    ...state.fenced.map(({ session }) => session),
    ...state.points.map(({ session }) => session),
    ...state.removed.map(({ point }) => point.session),
  ])
  const dead: DeadSession[] = []
  const watched = new Map<string, { number: number; sinceMs: number }>()
  let toldToWait = false
  for (;;) {
    const unsettled = (await listSessions(repository, place, options)).filter(({ session }) => !settled.has(session))
    let watching = false
    for (const listed of unsettled) {
      const beat = await beatOf(repository, place, listed, options)
      const verdict = await judge(beat, listed, watched.get(listed.session))
      if (verdict === "alive") throw busy(beat as SessionBeat)
      if (verdict === "dead") dead.push({ session: listed.session, beat: beat === "unopenable" ? undefined : beat })
      if (verdict !== "unknown") settled.add(listed.session)
      else {
        watching = true
        if (!watched.has(listed.session))
          watched.set(listed.session, { number: listed.number, sinceMs: clock.monotonic() })
      }
    }
    if (!watching) return dead
    const reason =
      "another session may be alive; waiting until its beat has stood still for two minutes (--take-over does not wait)"
    if (!toldToWait) onEvent?.({ type: "waiting", workload: state.workload.name, reason })
    toldToWait = true
    await clock.sleep(LOOK_EVERY_MS, options.signal)
  }

  async function judge(
    beat: SessionBeat | "unopenable" | undefined,
    listed: ListedSession,
    watch: { number: number; sinceMs: number } | undefined,
  ): Promise<"alive" | "dead" | "younger" | "unknown"> {
    if (beat === undefined) return "unknown"
    if (beat === "unopenable" || beat.ended !== undefined || options.takeOver) return "dead"
    const proof = await host.isDead(beat.writer, self.writer)
    if (proof === true) return "dead"
    const elder =
      beat.startedAtMs < self.startedAtMs || (beat.startedAtMs === self.startedAtMs && beat.session < self.session)
    // A process that lives may have lost a session all the same: a beat that is old by the host's own clock is watched.
    const isFresh = Math.abs(clock.now() - beat.atMs) < DEATH_WATCH_MS
    // Of two that begin at once the younger gives way; should it not, the log decides.
    if (proof === false && isFresh) return elder ? "alive" : "younger"
    if (watch === undefined) return "unknown"
    if (listed.number !== watch.number) return elder ? "alive" : "younger"
    return clock.monotonic() - watch.sinceMs >= DEATH_WATCH_MS ? "dead" : "unknown"
  }

  function busy(beat: SessionBeat): EngineError {
    const where = beat.writer.machine === self.writer.machine ? `process ${beat.writer.pid}` : `another machine`
    return new EngineError("Busy", `${state.workload.name} is being written by ${where} (session ${beat.session})`, {
      hint: "Wait for it to end, or use --take-over to shut it out.",
    })
  }
}
