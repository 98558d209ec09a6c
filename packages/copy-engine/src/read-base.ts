import {
  type Checkpoint,
  isFormatError,
  type LogPlace,
  newestPoint,
  type PointTree,
  readManifest,
} from "@bcopy/chain-format"
import { needsNothingGone } from "./reclaim/needs-nothing-gone.ts"
import type { Repository } from "./repository.ts"
import type { Session } from "./session.ts"

/** What a new point builds on. */
export interface Base {
  readonly tree: PointTree | undefined
  readonly checkpoint: Checkpoint | undefined
  readonly parent: Checkpoint["parent"]
  /** Block size of the chain. */
  readonly blockBytes: number | undefined
}

/** The adopted checkpoint of the chain's block size, else the newest point: docs/design.md, Checkpoints. */
export async function readBase(
  repository: Repository,
  place: LogPlace,
  session: Session,
  options: { readonly signal?: AbortSignal },
): Promise<Base> {
  const newest = newestPoint(session.state)
  const parent = newest && { entry: newest.entry, point: newest.point }
  const checkpoint = session.adoption?.checkpoint
  const fits = checkpoint !== undefined && (newest === undefined || newest.blockBytes === checkpoint.blockBytes)
  if (fits && (await isWhole(repository, place, session, checkpoint, options)))
    return { tree: checkpoint, checkpoint, parent, blockBytes: checkpoint.blockBytes }
  const manifest = newest && (await readManifest(repository.view, place, newest, options))
  return { tree: manifest, checkpoint: undefined, parent, blockBytes: manifest?.blockBytes }
}

/**
 * Whether nothing that an adopted checkpoint names was given back: it may name packs that an epoch has taken whose barrier
 * came while its session was at work.
 */
async function isWhole(
  repository: Repository,
  place: LogPlace,
  { state: { barrier }, adoption }: Session,
  checkpoint: Checkpoint,
  options: { readonly signal?: AbortSignal },
): Promise<boolean> {
  if (barrier === undefined || (adoption?.tail ?? 0) >= barrier.entry) return true
  try {
    return await needsNothingGone(repository, place, checkpoint, options)
  } catch (error) {
    // Pages that are missing were given back too.
    if (isFormatError(error) && error.code === "Missing") return false
    throw error
  }
}
