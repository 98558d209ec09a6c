import { decodePackHeader } from "@bcopy/chain-format"
import { aroundRequests, type RepoStore } from "@bcopy/repo"

/** What was asked of a store, by what it was about. */
export interface SortCounts {
  /** Reads of data packs, and the packs that were read. */
  readonly packReads: number
  readonly packsRead: number
  readonly packsWritten: number
  /** Reads and writes of map packs. */
  readonly mapReads: number
  readonly mapsWritten: number
  readonly beats: number
  readonly lists: number
  /** Keys and folders that lists gave. */
  readonly listed: number
  /** Questions for the instance, which cost a bucket nothing. */
  readonly instances: number
  /** Everything else: birth certificate, logs, settings. */
  readonly others: number
}

const none = (): { -readonly [Name in keyof SortCounts]: number } => ({
  packReads: 0,
  packsRead: 0,
  packsWritten: 0,
  mapReads: 0,
  mapsWritten: 0,
  beats: 0,
  lists: 0,
  listed: 0,
  instances: 0,
  others: 0,
})

/** Counts requests to a store by what they are about; `take` gives what there was since it was last called. */
export function countBySort(over: RepoStore): { readonly store: RepoStore; readonly take: () => SortCounts } {
  let counts = none()
  const dataPacks = new Set<string>()
  let read = new Set<string>()
  const store = aroundRequests(over, async ({ method, key, bytes }, run) => {
    if (method === "create" && bytes !== undefined && key.includes("/packs/")) {
      const isData = decodePackHeader(bytes).kind === "dataPack"
      if (isData) dataPacks.add(key)
      counts[isData ? "packsWritten" : "mapsWritten"]++
    } else if (method === "read" && key.includes("/packs/")) {
      counts[dataPacks.has(key) ? "packReads" : "mapReads"]++
      if (dataPacks.has(key)) counts.packsRead = read.add(key).size
    } else if (method === "instance") counts.instances++
    else if (key.includes("/sessions/") && !key.endsWith("/")) counts.beats++
    else if (method === "list" || method === "listVersions") counts.lists++
    else counts.others++
    return run()
  })
  const { list } = store
  store.list = async (prefix, options) => {
    const page = await list(prefix, options)
    counts.listed += page.objects.length + page.folders.length
    return page
  }
  return {
    store,
    take() {
      const taken = counts
      counts = none()
      read = new Set()
      return taken
    },
  }
}
