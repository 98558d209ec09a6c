import { FormatError, layout, pointReader, readManifest } from "@bcopy/chain-format"
import { epochOf } from "@bcopy/crypto"
import { findWorkloads } from "./find-workloads.ts"
import type { Repository } from "./repository.ts"

/** How much lies under the key of an epoch. */
export interface EpochUse {
  readonly epoch: number
  /** Data and map packs that living points need. */
  readonly packs: number
  readonly storedBytes: number
}

/** What living points need, by the epoch that it is sealed under; ascending. Reads pack tables, no data. */
export async function epochUse(
  repository: Repository,
  options: { readonly job?: string; readonly workload?: string; readonly signal?: AbortSignal } = {},
): Promise<readonly EpochUse[]> {
  const { view } = repository
  const use = new Map<number, { packs: number; storedBytes: number }>()
  const seen = new Set<string>()
  for await (const { place, state } of findWorkloads(repository, options)) {
    // What points of one workload share is counted once; other workloads share no packs with it but by deduplication.
    for (const point of state.points) {
      const manifest = await readManifest(view, place, point, options)
      const { table } = pointReader(view, place.backup, manifest, options)
      const packs = [...manifest.mapPacks]
      for (const pack of packs) count(layout.pack(place.backup, pack.session, pack.number), pack)
      for await (const { record } of table.records())
        count(layout.pack(place.backup, record.session, record.number), record)
    }
  }
  return [...use].map(([epoch, sums]) => ({ epoch, ...sums })).toSorted((a, b) => a.epoch - b.epoch)

  function count(
    key: string,
    { hint, storedBytes }: { readonly hint: Uint8Array; readonly storedBytes: number },
  ): void {
    if (seen.has(key)) return
    seen.add(key)
    const epoch = epochOf(hint)
    if (epoch === undefined) throw new FormatError("BadValue", `${key} has a hint without an epoch`)
    const sums = use.get(epoch) ?? { packs: 0, storedBytes: 0 }
    sums.packs++
    sums.storedBytes += storedBytes
    use.set(epoch, sums)
  }
}
