import type { RepositoryView } from "@bcopy/chain-format"
import { repositorySource } from "@bcopy/source-repository"

/** How many bytes of each point's disks are not zero, point by point: maps are read, blocks are not. */
export async function measurePoints(view: RepositoryView, job: string, workload: string): Promise<readonly number[]> {
  const source = repositorySource({ view, job, workloads: [workload] })
  const measured: number[] = []
  for await (const point of source.list()) {
    const { blockBytes = 64 << 10 } = point
    const open = await source.open(point, { blockBytes })
    let blocks = 0
    for (const disk of open.disks)
      for await (const { kind, ids } of disk.spans())
        // The ids of the blocks come along; that of a zero block is 32 zero bytes.
        for (let at = 0; kind === "data" && ids !== undefined && at < ids.length; at += 32)
          if (ids.subarray(at, at + 32).some((byte) => byte !== 0)) blocks++
    measured.push(blocks * blockBytes)
    await open.close()
  }
  return measured
}
