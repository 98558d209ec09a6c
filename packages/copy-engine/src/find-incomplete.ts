import { type Checkpoint, type LogPlace, type LogState, type SessionId } from "@bcopy/chain-format"
import type { Repository } from "./repository.ts"
import { beatOf, listSessions, readFence } from "./session-list.ts"

/**
 * Sessions that a later one would go on from although what they left is not all there: possible only in a repository
 * that was copied by other means, perhaps while they wrote. `isWhole` tells whether all packs of a checkpoint are there.
 */
export async function findIncomplete(
  repository: Repository,
  place: LogPlace,
  state: LogState,
  isWhole: (checkpoint: Checkpoint) => Promise<boolean>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly SessionId[]> {
  const settled = new Set([
    ...state.fenced.map(({ session }) => session),
    ...state.points.map(({ session }) => session),
    ...state.removed.map(({ point }) => point.session),
  ])
  const incomplete: SessionId[] = []
  for (const listed of await listSessions(repository, place, options)) {
    if (settled.has(listed.session)) continue
    const beat = await beatOf(repository, place, listed, options)
    // Nobody can go on with what does not open.
    if (beat === "unopenable") continue
    const checkpoint = beat?.checkpoint ?? (await inherited(listed.session))
    if (checkpoint !== undefined && !(await isWhole(checkpoint))) incomplete.push(listed.session)
  }
  return incomplete

  /** What a session was given by its fence, should it have left no checkpoint of its own. */
  async function inherited(session: SessionId): Promise<Checkpoint | undefined> {
    if (state.adoption?.session !== session) return undefined
    return (await readFence(repository, place, state.adoption.entry, options))?.checkpoint
  }
}
