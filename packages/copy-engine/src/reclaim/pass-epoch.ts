import {
  CATALOGUE_EVERY,
  type LogPlace,
  type LogState,
  NEVER_VOID,
  type PointRef,
  type SessionId,
} from "@bcopy/chain-format"
import { appendLogEntry } from "../append-log-entry.ts"
import type { Repository } from "../repository.ts"

export interface PassEpochOptions {
  readonly place: LogPlace
  readonly state: LogState
  readonly readAtMs: number
  readonly epoch: number
  readonly session: SessionId
  /** The points of the log, as it is then, that never come back. */
  readonly purged?: (state: LogState) => readonly PointRef[]
  readonly signal?: AbortSignal
}

/**
 * Gives a log the barrier of an epoch, unless it has it: what it says before, the epoch spares. Everybody who holds the key
 * may do so; who is in the middle of reclaim does it in every log, a writer in its own, so that all it builds on is safe.
 */
export async function passEpoch(repository: Repository, options: PassEpochOptions): Promise<LogState> {
  const { place, readAtMs, epoch, session, purged = () => [], signal } = options
  const { state } = await appendLogEntry(repository, {
    place,
    state: options.state,
    readAtMs,
    session,
    decide: (log) =>
      hasPassed(log, epoch) ? undefined : { kind: "barrier", epoch, purged: purged(log), floor: floorOf(log) },
    ...(signal && { signal }),
  })
  return state
}

/** Whether a log has the barrier of an epoch, or of a later one. */
export function hasPassed({ barrier }: LogState, epoch: number): boolean {
  return barrier !== undefined && barrier.epoch >= epoch
}

/** The newest entry that carries a catalogue for sure and is not among the newest ones: what lies before it can go. */
function floorOf({ head, floor, lost }: LogState): number {
  const highest = head.number + 1 - NEVER_VOID
  for (let at = Math.floor(highest / CATALOGUE_EVERY) * CATALOGUE_EVERY; at > floor; at -= CATALOGUE_EVERY)
    if (!lost.includes(at)) return at
  return floor
}
