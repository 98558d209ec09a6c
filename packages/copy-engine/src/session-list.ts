import {
  ascendingNumber,
  decodeSmallObject,
  type FenceBody,
  isDamage,
  layout,
  type LogPlace,
  parseSessionBeat,
  readEntry,
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

/**
 * What a session said last; `undefined` if that beat has just been replaced by a newer one, or is gone. A beat that does
 * not open says nothing: its session has no progress to give, and a fence shuts it out anyway.
 */
export async function beatOf(
  repository: Repository,
  place: LogPlace,
  listed: ListedSession,
  options: { readonly signal?: AbortSignal },
): Promise<SessionBeat | "unopenable" | undefined> {
  try {
    return await readBeat(repository, place, listed, options)
  } catch (error) {
    if (isDamage(error)) return "unopenable"
    throw error
  }
}

/** The fence that adopted what a session is to go on with; `undefined` if it does not open, so that there is nothing. */
export async function readFence(
  { view }: Repository,
  place: LogPlace,
  number: number,
  options: { readonly signal?: AbortSignal },
): Promise<FenceBody | undefined> {
  try {
    const { entry } = await readEntry(view, place, number, { ...options, strict: true })
    return entry.body.kind === "fence" ? entry.body : undefined
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  }
}

async function readBeat(
  repository: Repository,
  place: LogPlace,
  { session, number }: ListedSession,
  options: { readonly signal?: AbortSignal },
): Promise<SessionBeat | undefined> {
  const objectKey = layout.beat(place.backup, place.workload, session, number)
  const bytes = await repository.view.read(objectKey, options)
  if (bytes === undefined) return undefined
  const { suite, strictSuite = suite, codec } = repository.view
  return parseSessionBeat(decodeSmallObject("sessionBeat", bytes, { suite: strictSuite, codec, objectKey }), objectKey)
}
