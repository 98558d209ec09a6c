import { type Checkpoint, type LogPlace, newestPoint, type PointTree, readManifest } from "@bcopy/chain-format"
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
  if (checkpoint !== undefined && (newest === undefined || newest.blockBytes === checkpoint.blockBytes))
    return { tree: checkpoint, checkpoint, parent, blockBytes: checkpoint.blockBytes }
  const manifest = newest && (await readManifest(repository.view, place, newest, options))
  return { tree: manifest, checkpoint: undefined, parent, blockBytes: manifest?.blockBytes }
}
