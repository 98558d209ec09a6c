import { createHash } from "node:crypto"
import type { SessionId } from "@bcopy/chain-format"

/** How much there is in a repository of which only the metadata is made. */
export interface ReclaimScale {
  readonly workloads: number
  /** Points of each workload: a full and increments, each by a session of its own. */
  readonly points: number
  /** Data packs of a full. */
  readonly fullPacks: number
  /** Data packs that an increment brings; as many of the full's are replaced by it, one for one. */
  readonly pointPacks: number
  /** Packs of the full of which an increment replaces a little, as far apart as can be. */
  readonly touchedPacks: number
  /** The oldest points of each workload that are removed. */
  readonly removed: number
}

/** docs/format.md, Packs: what one holds as a rule, and the blocks in it. */
export const PACK_BYTES = 32 << 20
export const PACK_BLOCKS = PACK_BYTES / (64 << 10)
export const JOB = "nightly"

/** Packs of a machine of 100 GiB, with what its increments have brought. */
const EACH = 3300
const POINTS = 14

/**
 * So many TiB of machines that hold 100 GiB each, with two weeks of dailies, the older half of them removed. A day brings so
 * many percent of a machine anew, and changes a little of as many packs beside.
 */
export function scaleOf(tib: number, dailyPercent: number): ReclaimScale {
  const pointPacks = Math.max(1, Math.round((EACH * dailyPercent) / 100))
  return {
    workloads: Math.max(1, Math.round(10 * tib)),
    points: POINTS,
    removed: POINTS / 2,
    fullPacks: EACH - (POINTS - 1) * pointPacks,
    pointPacks,
    touchedPacks: pointPacks,
  }
}

/** Data packs of one workload, and of all. */
export function dataPacks({ workloads, points, fullPacks, pointPacks }: ReclaimScale) {
  const each = fullPacks + (points - 1) * pointPacks
  return { each, all: workloads * each }
}

/** Data packs of the session of a point. */
export function packsOfPoint({ fullPacks, pointPacks }: ReclaimScale, point: number): number {
  return point === 0 ? fullPacks : pointPacks
}

/** The same for whoever asks: packs are made up by one process, and listed by another. */
export function sessionOf(workload: number, point: number): SessionId {
  return createHash("sha256").update(`session ${workload}/${point}`).digest("hex").slice(0, 32) as SessionId
}

/** The number of a data pack in its session, and of the session's only map pack. */
export const numberOfData = (index: number) => 2 * index + 1
export const MAP_NUMBER = 2
