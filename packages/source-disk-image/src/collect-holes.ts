import type { Hole } from "@bcopy/source"

/** How much of the holes {@link collectHoles} keeps. */
export interface CollectHolesOptions {
  readonly sizeBytes: number
  /** Smaller holes are left out, since they make no block zero; except one that reaches the end of the disk. */
  readonly minBytes: number
  /** With more holes than this the small ones are left out: memory stays bounded, and time is lost but no data. */
  readonly limit: number
}

/** Joins holes that touch and keeps the large ones. */
export async function collectHoles(holes: AsyncIterable<Hole>, options: CollectHolesOptions): Promise<Hole[]> {
  const { sizeBytes, limit } = options
  let { minBytes } = options
  let kept: Hole[] = []
  let run: Hole | undefined

  function isLarge({ offsetBytes, lengthBytes }: Hole): boolean {
    return lengthBytes >= minBytes || offsetBytes + lengthBytes >= sizeBytes
  }
  function keep(hole: Hole | undefined): void {
    if (hole === undefined || !isLarge(hole)) return
    kept.push(hole)
    while (kept.length > limit && minBytes < sizeBytes) {
      minBytes *= 2
      kept = kept.filter(isLarge)
    }
  }

  for await (const hole of holes) {
    if (run !== undefined && run.offsetBytes + run.lengthBytes === hole.offsetBytes)
      run = { offsetBytes: run.offsetBytes, lengthBytes: run.lengthBytes + hole.lengthBytes }
    else {
      keep(run)
      run = hole
    }
  }
  keep(run)
  return kept
}
