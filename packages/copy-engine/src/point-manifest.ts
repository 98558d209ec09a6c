import {
  type LogState,
  type Manifest,
  newestPoint,
  type PointId,
  type PointTree,
  type RepositoryId,
  type SessionId,
} from "@bcopy/chain-format"
import type { OpenPoint, PointConsistency, SourcePoint } from "@bcopy/source"

/** A point whose packs are all stored, and that only lacks its entry. */
export interface MadePoint {
  readonly id: PointId
  readonly session: SessionId
  /** The point as its source listed it. */
  readonly point: SourcePoint
  readonly tree: PointTree
  /** Content root of each disk, by name. */
  readonly contentRoots: Readonly<Record<string, string>>
  readonly consistency: PointConsistency
  readonly storedBytes: number
  /** The repository it is brought into. */
  readonly repository: RepositoryId
  readonly metadata: OpenPoint["metadata"]
  readonly committedAtMs: number
}

/** The manifest of a made point, decided against the log it is about to enter: docs/design.md, Append law. */
export function pointManifest(state: LogState, made: MadePoint): Manifest {
  const { id, point, tree, contentRoots, metadata, repository } = made
  const newest = newestPoint(state)
  const all = [...state.points, ...state.removed.map((removed) => removed.point)]
  const lastSeq = all.reduce((last, { seq }) => Math.max(last, seq), 0)
  const copiedFrom = point.copiedFrom as Manifest["copiedFrom"]
  return {
    ...tree,
    disks: tree.disks.map((disk) => ({ ...disk, contentRoot: contentRoots[disk.name] as string })),
    point: id,
    session: made.session,
    seq: point.seq ?? lastSeq + 1,
    platform: point.platform,
    kind: newest === undefined ? "full" : "increment",
    ...(newest !== undefined && { parent: { entry: newest.entry, point: newest.point } }),
    createdAtMs: point.createdAtMs,
    committedAtMs: made.committedAtMs,
    origin: (point.origin as Manifest["origin"] | undefined) ?? { repository, point: id },
    ...(copiedFrom !== undefined && { copiedFrom }),
    hops: copiedFrom === undefined ? point.hops : point.hops + 1,
    consistency: made.consistency,
    gfs: [],
    storedBytes: made.storedBytes,
    ...(metadata !== undefined && { metadata }),
  }
}
