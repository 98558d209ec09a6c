import { decodePackHeader } from "@bcopy/chain-format"
import { aroundRequests, type RepoStore } from "@bcopy/repo"

/** Kinds of objects, as far as their cost is told apart. */
export const objectSorts = ["dataPack", "mapPack", "entry", "beat", "settings"] as const
export type ObjectSort = (typeof objectSorts)[number]

/** What was written to a store and what was asked of it. */
export interface StoreCost {
  /** Bytes created. */
  readonly bytes: Readonly<Record<ObjectSort, number>>
  /** Requests of any method; lists count for what they look for. */
  readonly requests: Readonly<Record<ObjectSort, number>>
}

/**
 * A store that keeps of data packs nothing but their headers, so that maps of large disks fit into memory. It counts what
 * it was given and asked since the count was last taken.
 */
export function withoutData(store: RepoStore): { readonly store: RepoStore; readonly takeCost: () => StoreCost } {
  const none = () => ({ dataPack: 0, mapPack: 0, entry: 0, beat: 0, settings: 0 })
  let cost = { bytes: none(), requests: none() }
  // Map packs alone are read.
  const counting = aroundRequests(store, ({ key, bytes }, run) => {
    cost.requests[sortOf(key, bytes)]++
    return run()
  })
  const create = counting.create
  counting.create = (key, bytes, options) => {
    const sort = sortOf(key, bytes)
    cost.bytes[sort] += bytes.length
    return create(key, sort === "dataPack" ? bytes.subarray(0, HEADER_BYTES) : bytes, options)
  }
  return {
    store: counting,
    takeCost() {
      const taken = cost
      cost = { bytes: none(), requests: none() }
      return taken
    },
  }
}

/** Enough to tell what a pack is, whatever sealed it. */
const HEADER_BYTES = 128

function sortOf(key: string, bytes: Uint8Array | undefined): ObjectSort {
  if (key.includes("/packs/"))
    return bytes !== undefined && decodePackHeader(bytes).kind === "dataPack" ? "dataPack" : "mapPack"
  if (key.includes("/sessions/")) return "beat"
  return key.startsWith("backups/") && key.includes("/log/") ? "entry" : "settings"
}
