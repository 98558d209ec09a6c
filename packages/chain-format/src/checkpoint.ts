import * as z from "zod"
import type { PointId, SessionId } from "./ids.ts"
import { checkPointTree, type DiskTree, diskTreeShape, type PointTree, pointTreeShape } from "./point-tree.ts"
import { hexId, natural, parseBy } from "./schema.ts"

/**
 * A session's adoptable progress: an uncommitted manifest. Up to `cursor` its maps are those of the new point, behind it
 * those of the point it builds on. docs/format.md, Checkpoint
 */
export interface Checkpoint extends PointTree {
  readonly session: SessionId
  /** Equal to the identity of a source point: progress on that very point; else a dedup base. */
  readonly identity?: string
  /** The first block that is not yet done. */
  readonly cursor: { readonly disk: number; readonly block: number }
  readonly disks: readonly DiskTree[]
  /** Packs of `session` up to this number are in it; later ones are found by listing. */
  readonly packs: number
  /** The point it builds on. */
  readonly parent?: { readonly entry: number; readonly point: PointId }
}

const schema = z.object({
  ...pointTreeShape,
  session: hexId<"session">(),
  identity: z.string().optional(),
  cursor: z.object({ disk: natural, block: natural }),
  disks: z.array(z.object(diskTreeShape)),
  packs: natural,
  parent: z.object({ entry: natural, point: hexId<"point">() }).optional(),
})

/** @throws FormatError `BadValue`, `TooLarge`, `Inconsistent` */
export function parseCheckpoint(json: unknown, what: string): Checkpoint {
  const checkpoint = parseBy(schema, json, what) as Checkpoint
  checkPointTree(checkpoint, what)
  return checkpoint
}
