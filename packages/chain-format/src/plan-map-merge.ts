import type { MapPackRef } from "./map-pack.ts"

/** docs/format.md, Manifest: from so many map packs on, the smallest are merged. */
export const MERGE_FROM_PACKS = 160
/** Where half full ones leave less room than this, they do not count, up to a limit. */
const SMALL_PACKS = 96
const MERGE_ALWAYS_FROM_PACKS = 240
/** How many are merged at a time, at most. */
const MERGE_PACKS = 64

/**
 * Which map packs a commit empties into its own: none while there are few, else the smallest by what still lives in them,
 * each no larger than those before it together. Like goes to like, so a page moves a number of times that grows with the
 * logarithm of the chain's length only. Together they fit one pack, and one that is half full stays where it is: a small
 * increment must not carry the map of a large disk.
 */
export function planMapMerge(
  packs: readonly Pick<MapPackRef, "pack" | "liveBytes">[],
  packBytes: number,
): ReadonlySet<number> {
  const merged = new Set<number>()
  const small = packs.filter(({ liveBytes }) => liveBytes < packBytes / 2)
  const room = Math.min(MERGE_ALWAYS_FROM_PACKS, packs.length - small.length + SMALL_PACKS)
  if (packs.length < Math.max(MERGE_FROM_PACKS, room)) return merged
  const ascending = small.toSorted((a, b) => a.liveBytes - b.liveBytes || a.pack - b.pack)
  const least = ascending[0]?.liveBytes ?? 0
  let bytes = 0
  for (const { pack, liveBytes } of ascending.slice(0, MERGE_PACKS)) {
    if (liveBytes > bytes + least || bytes + liveBytes > packBytes) break
    bytes += liveBytes
    merged.add(pack)
  }
  return merged
}
