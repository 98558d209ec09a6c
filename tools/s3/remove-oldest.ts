import { findWorkload, removePoints } from "@bcopy/copy-engine"
import type { LockStage } from "./lock-stage.ts"

/** Removes the oldest points of a workload, so that nobody can bring them back; gives their ids. */
export async function removeOldest(stage: LockStage, workload: string, count = 1): Promise<readonly string[]> {
  const repository = await stage.open()
  const found = await findWorkload(repository, { workload })
  const oldest = found.state.points.slice(0, count)
  await removePoints(
    repository,
    found,
    oldest.map(({ entry }) => entry),
    { undoMs: 0 },
  )
  return oldest.map(({ point }) => point)
}
