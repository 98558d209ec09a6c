import { findSetting } from "@bcopy/chain-format"
import type { LockMode } from "@bcopy/repo"
import { horizonOf, type RetentionPoint, type RetentionPolicy } from "@bcopy/retention-gfs"
import type { Repository } from "../repository.ts"

const DAY_MS = 24 * 60 * 60_000
/** Locks are extended this much earlier than they must, so that a commit that takes a while is covered. */
export const LOCK_MARGIN_MS = 60 * 60_000
/** Length of a generation unless told otherwise. */
export const DEFAULT_GENERATION_DAYS = 10
/** A lock in compliance mode that reaches further than this is asked about. */
export const LONG_LOCK_MS = 3653 * DAY_MS

/** How long what points need is locked. docs/design.md, Immutability */
export interface Immutability {
  /** Days from a point's commit on. */
  readonly days?: number
  /** As long as the retention policy is sure to keep a point. */
  readonly followsRetention: boolean
  readonly lockMode: LockMode
  /** So much further than they must packs are locked, so that it is not necessary every day. */
  readonly generationMs: number
  /** So far ahead points are locked that stay without a date: a generation, or `days` if that is less. */
  readonly stayMs: number
}

/** How long a repository locks what points need; `undefined` if it does not. */
export function immutabilityIn({ settings }: Pick<Repository, "settings">): Immutability | undefined {
  const found = findSetting(settings.entry, "immutability")
  if (found === undefined) return undefined
  const { days, followsRetention = false, mode, generationDays } = found
  if (days === undefined && !followsRetention) return undefined
  return {
    ...(days !== undefined && { days }),
    followsRetention,
    lockMode: mode,
    generationMs: generationDays * DAY_MS,
    stayMs: Math.min(generationDays, days ?? generationDays) * DAY_MS,
  }
}

/** Until when a point has to be locked, by days and by retention; 0 if neither says so. To the second, as stores have it. */
export function horizonNeeded(
  point: Pick<RetentionPoint, "atMs" | "committedAtMs" | "gfs" | "dateSuspect">,
  { days, followsRetention }: Immutability,
  policy: RetentionPolicy | undefined,
): number {
  const byDays = days === undefined ? 0 : point.committedAtMs + days * DAY_MS
  const byPolicy = followsRetention && policy !== undefined ? (horizonOf(point, policy) ?? 0) : 0
  return wholeSecond(Math.max(byDays, byPolicy))
}

/** The next whole second: no store keeps a lock more finely. */
export function wholeSecond(ms: number): number {
  return Math.ceil(ms / 1000) * 1000
}
