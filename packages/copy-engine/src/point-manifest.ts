import {
  type LogState,
  type Manifest,
  newestPoint,
  type PointId,
  type PointTree,
  type RepositoryId,
  type SessionId,
} from "@bcopy/chain-format"
import { assignFlags, isDateSuspect, type PolicyInForce } from "@bcopy/retention-gfs"
import type { OpenPoint, PointConsistency, SourcePoint } from "@bcopy/source"
import { removedRetentionPoints, retentionPoints } from "./retention-points.ts"

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
  /** The retention policy of the backup, by which the point is flagged. */
  readonly policy: PolicyInForce | undefined
  /** Until when everything that it needs is locked; 0 if it is not. */
  readonly lockedUntilMs: number
}

/** The manifest of a made point, decided against the log it is about to enter: docs/design.md, Append law. */
export function pointManifest(state: LogState, made: MadePoint): Manifest {
  const { id, point, tree, contentRoots, metadata, repository } = made
  const newest = newestPoint(state)
  const copiedFrom = point.copiedFrom as Manifest["copiedFrom"]
  const seq = sequenceOf(state, point.seq)
  const { createdAtMs } = point
  const { gfs, dateSuspect } = flagsOf(state, { id, seq, createdAtMs }, made)
  return {
    ...tree,
    disks: tree.disks.map((disk) => ({ ...disk, contentRoot: contentRoots[disk.name] as string })),
    point: id,
    session: made.session,
    seq,
    platform: point.platform,
    kind: newest === undefined ? "full" : "increment",
    ...(newest !== undefined && { parent: { entry: newest.entry, point: newest.point } }),
    createdAtMs,
    committedAtMs: made.committedAtMs,
    origin: (point.origin as Manifest["origin"] | undefined) ?? { repository, point: id },
    ...(copiedFrom !== undefined && { copiedFrom }),
    hops: copiedFrom === undefined ? point.hops : point.hops + 1,
    consistency: made.consistency,
    gfs,
    ...(dateSuspect && { dateSuspect }),
    ...(made.lockedUntilMs > 0 && { lockedUntilMs: made.lockedUntilMs }),
    storedBytes: made.storedBytes,
    ...(metadata !== undefined && { metadata }),
  }
}

/** A point's place in the order of its workload: that of its source, or behind all there are. */
export function sequenceOf(state: LogState, given: number | undefined): number {
  const all = [...state.points, ...state.removed.map(({ point }) => point)]
  return given ?? all.reduce((last, { seq }) => Math.max(last, seq), 0) + 1
}

/** The GFS slots that a point fills from its commit on, and whether its time can be right. */
export function flagsOf(
  state: LogState,
  { id, seq, createdAtMs }: { readonly id: string; readonly seq: number; readonly createdAtMs: number },
  { committedAtMs, policy }: Pick<MadePoint, "committedAtMs" | "policy">,
): { readonly gfs: readonly string[]; readonly dateSuspect: boolean } {
  const [points, removed] = [retentionPoints(state), removedRetentionPoints(state)]
  const bare = { id, atMs: createdAtMs, order: seq, committedAtMs, gfs: [] }
  const dateSuspect = isDateSuspect(bare, [...points, ...removed])
  if (policy === undefined) return { gfs: [], dateSuspect }
  const incoming = { ...bare, dateSuspect }
  const granted = assignFlags(points, policy, { nowMs: committedAtMs, incoming, removed })
  return { gfs: granted.find((one) => one.id === incoming.id)?.gfs ?? [], dateSuspect }
}
