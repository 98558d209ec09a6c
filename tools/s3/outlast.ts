import { requireThat } from "../proof/require-that.ts"
import { bucketLeftAt } from "./bucket-left-at.ts"
import { clearFolder } from "./clear-folder.ts"
import { type LockStage, PASSWORD, type StagedPoint } from "./lock-stage.ts"
import { foundPoints, requirePoint, requirePoints, requireWhole } from "./staged-points.ts"
import { lockedVersions, storedVersions } from "./stored-versions.ts"

const HOUR_MS = 3_600_000

/** Holds that these points restore if somebody deletes now all that is not locked; nobody does. */
export async function requireLeft(
  { open, days }: LockStage,
  points: readonly StagedPoint[],
  { password = PASSWORD, when }: { readonly password?: string; readonly when: string },
): Promise<void> {
  try {
    const nowMs = days.clock.now()
    const left = await open(password, (store) => bucketLeftAt(store, nowMs))
    for (const point of points) await requirePoint(left, point)
  } catch (error) {
    throw new Error(`if all went that is not locked, ${when}: ${(error as Error).message}`, { cause: error })
  }
}

/**
 * Deletes whatever the bucket lets go, with every right, that of overriding locks among them. What was locked at any time is there, every point restores and opens
 * with the password; and so would each at the end of its own lock, if all went then that is not locked longer.
 */
export async function requireOutlasting(
  stage: LockStage,
  before: ReadonlyMap<string, number>,
  password: string,
  { overrides = true }: { readonly overrides?: boolean } = {},
): Promise<void> {
  const locked = new Map([...before, ...(await lockedVersions(stage))])
  const stored = (await storedVersions(stage)).length
  const left = await clearFolder(stage.place, { overrides })
  const there = await lockedVersions(stage)
  requireThat(Date.now() < Math.min(...locked.values()), "it took longer than its locks")
  const gone = [...locked.keys()].filter((name) => !there.has(name))
  requireThat(gone.length === 0, `was locked and is gone: ${gone.join("; ")}`)
  requireThat(left.length < stored, "nothing was let go at all")
  const repository = await stage.open(password)
  await requirePoints(repository, stage.points)
  await requireWhole(repository)
  const locks = new Map((await foundPoints(repository)).map(({ id, lockedUntilMs }) => [id, lockedUntilMs]))
  for (const points of Map.groupBy(stage.points, ({ id }) => Math.floor((locks.get(id) ?? 0) / HOUR_MS)).values()) {
    const atMs = Math.min(...points.map(({ id }) => locks.get(id) ?? 0))
    requireThat(atMs > stage.days.clock.now(), "a point is not locked")
    const atTheEnd = await stage.open(password, (store) => bucketLeftAt(store, atMs))
    for (const point of points) await requirePoint(atTheEnd, point)
  }
}
