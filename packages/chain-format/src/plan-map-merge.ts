import type { MapPackRef } from "./map-pack.ts"

/** docs/format.md, Manifest: from so many map packs on, the smallest are merged. */
export const MERGE_FROM_PACKS = 96
/** How many are merged at a time: small ones grow into larger ones level by level, as in a log-structured tree. */
export const MERGE_PACKS = 64

/**
 * Which map packs a commit empties into its own: none while there are few, else the smallest by what still lives in
 * them. So a whole map lies in a bounded number of packs, and a page moves a number of times that grows with the
 * logarithm of the chain's length only.
 */
export function planMapMerge(packs: readonly Pick<MapPackRef, "pack" | "liveBytes">[]): ReadonlySet<number> {
  if (packs.length < MERGE_FROM_PACKS) return new Set()
  const smallest = packs.toSorted((a, b) => a.liveBytes - b.liveBytes || a.pack - b.pack).slice(0, MERGE_PACKS)
  return new Set(smallest.map((pack) => pack.pack))
}
