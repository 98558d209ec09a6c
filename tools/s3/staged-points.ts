import { listPoints, listRemoved, type Repository, verify } from "@bcopy/copy-engine"
import { differing, restoreBytes } from "../../packages/copy-engine/src/testing/restore-bytes.ts"
import { requireThat } from "../proof/require-that.ts"
import type { StagedPoint } from "./lock-stage.ts"

/** A point as the repository lists it. */
export interface FoundPoint {
  readonly id: string
  readonly removed: boolean
  /** 0 if it is not locked. */
  readonly lockedUntilMs: number
}

/** Every point that is listed, and every removed one that may come back. */
export async function foundPoints(repository: Repository): Promise<readonly FoundPoint[]> {
  const found: FoundPoint[] = []
  for await (const { summary } of listPoints(repository))
    found.push({ id: summary.point, removed: false, lockedUntilMs: summary.lockedUntilMs ?? 0 })
  for await (const { point, lockedUntilMs } of listRemoved(repository))
    found.push({ id: point.point, removed: true, lockedUntilMs })
  return found
}

/** Holds that just these points are there, and that each restores to the disk that it is of. */
export async function requirePoints(repository: Repository, points: readonly StagedPoint[]): Promise<void> {
  const found = await foundPoints(repository)
  requireThat(found.length === points.length, `${found.length} points are listed of ${points.length}`)
  for (const point of points) await requirePoint(repository, point)
}

/** Holds that nothing is damaged, to the last block. */
export async function requireWhole(repository: Repository): Promise<void> {
  const { damaged, unknown } = await verify(repository, { all: true, readData: "hash", movers: 0 })
  const wrong = [...damaged, ...unknown].map(({ message }) => message)
  requireThat(wrong.length === 0, `verify: ${wrong.join("; ")}`)
}

/** Holds that a point restores to the disk that it is of, also if it was removed. */
export async function requirePoint(repository: Repository, { workload, id, disk }: StagedPoint): Promise<void> {
  const found = await restoreBytes(repository, { workload, point: id, removed: true, movers: 0 })
  requireThat(differing(found, { sda: disk }).length === 0, `point ${id} of ${workload} restores to other bytes`)
}
