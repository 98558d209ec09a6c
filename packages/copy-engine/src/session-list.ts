import {
  ascendingNumber,
  decodeSmallObject,
  layout,
  type LogPlace,
  parseSessionBeat,
  type SessionBeat,
  type SessionId,
} from "@bcopy/chain-format"
import type { Repository } from "./repository.ts"

/** A session's newest beat, by its key; what it says is read when needed. */
export interface ListedSession {
  readonly session: SessionId
  readonly number: number
}

/** All sessions that have left beats for a workload, each with the number of its newest. */
export async function listSessions(
  repository: Repository,
  place: LogPlace,
  options: { readonly signal?: AbortSignal },
): Promise<readonly ListedSession[]> {
  const prefix = layout.sessions(place.backup, place.workload)
  const newest = new Map<string, number>()
  for (let after: string | undefined; ;) {
    const page = await repository.view.list(prefix, { ...(after !== undefined && { after }), ...options })
    for (const key of page.keys) {
      const session = key.slice(prefix.length, prefix.length + 32)
      const number = ascendingNumber(`${prefix}${session}/`, key)
      if (number !== undefined) newest.set(session, Math.max(number, newest.get(session) ?? 0))
    }
    if (page.next === undefined) break
    after = page.next
  }
  return [...newest].map(([session, number]) => ({ session: session as SessionId, number }))
}

/** What a session said last; `undefined` if that beat has just been replaced by a newer one, or is gone. */
export async function readBeat(
  repository: Repository,
  place: LogPlace,
  { session, number }: ListedSession,
  options: { readonly signal?: AbortSignal },
): Promise<SessionBeat | undefined> {
  const objectKey = layout.beat(place.backup, place.workload, session, number)
  const bytes = await repository.view.read(objectKey, options)
  if (bytes === undefined) return undefined
  return parseSessionBeat(decodeSmallObject("sessionBeat", bytes, { ...repository.view, objectKey }), objectKey)
}
