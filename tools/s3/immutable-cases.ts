import {
  acceptImmutability,
  acceptPolicy,
  extendLocks,
  findWorkload,
  listKeys,
  pinPoint,
  reclaim,
  removeExpired,
  removeKeySlot,
  removePoints,
  rewriteKeys,
  rotateKeys,
} from "@bcopy/copy-engine"
import type { LockMode } from "@bcopy/repo"
import { testKey } from "../../packages/copy-engine/src/testing/test-keys.ts"
import { requireThat } from "../proof/require-that.ts"
import { clearFolder } from "./clear-folder.ts"
import { JOB, type LockStage, openLockStage, PASSWORD } from "./lock-stage.ts"
import { requireLeft, requireOutlasting } from "./outlast.ts"
import type { S3Case } from "./s3-case.ts"
import { BY_THIS_CLOCK } from "./short-days.ts"
import { foundPoints } from "./staged-points.ts"
import { lockedVersions } from "./stored-versions.ts"
import type { TestBucket } from "./test-bucket.ts"

/** A day of lock: so long that all of a case is done before the first one is over. */
const DAY_MS = 30_000
const SHORT_DAY_MS = 300
const NEXT_PASSWORD = "battery staple"
const noUndo = { undoMs: 0 }
const whole = { maxUnused: 0 }

interface CaseOptions extends Pick<S3Case, "takes"> {
  readonly dayMs?: number
  readonly lockMode?: LockMode
}

/** What is locked stays: whatever is told to go, and whoever deletes all that the bucket lets go. */
export function immutableCases(place: TestBucket): readonly S3Case[] {
  if (place.kind !== "locked") return []
  const among = (
    name: string,
    folder: string,
    run: (stage: LockStage, lockMode?: LockMode) => Promise<void>,
    { dayMs = DAY_MS, lockMode, takes = "seconds" }: CaseOptions = {},
  ): S3Case => ({
    name: `locked: ${name}`,
    takes,
    notForUsers: BY_THIS_CLOCK,
    async run() {
      const stage = await openLockStage(place, folder, { dayMs, encrypted: true })
      try {
        await fill(stage, lockMode)
        await run(stage, lockMode)
      } finally {
        stage.close()
      }
    },
  })
  return [
    among(
      "what is removed, pruned and reclaimed stays while it is locked, whoever deletes all",
      "immutable/",
      removeAll,
    ),
    among("the same in governance mode, for whoever does not override it", "governed/", removeAll, {
      lockMode: "governance",
    }),
    among(
      "removed, rotated and rewritten keys leave what is locked open, whoever deletes all",
      "immutable-keys/",
      changeKeys,
    ),
    among(
      "points whose locks were extended outlast reclaim of sparse packs, and who deletes all",
      "immutable-extended/",
      extend,
      { dayMs: SHORT_DAY_MS },
    ),
  ]
}

/** Two workloads' points, locked; one of them is removed for good, one pinned. */
async function fill(stage: LockStage, lockMode: LockMode = "compliance"): Promise<void> {
  await acceptImmutability(await stage.open(), { days: 2, generationDays: 1, lockMode })
  for (const workload of ["web", "db", "web", "web", "web", "web"]) await stage.backUp(workload)
  const repository = await stage.open()
  const web = () => findWorkload(repository, { workload: "web" })
  const [first, second] = (await web()).state.points
  await removePoints(repository, await web(), [first?.entry as number], noUndo)
  await pinPoint(repository, await web(), second?.entry as number, "audit")
}

async function removeAll(stage: LockStage, lockMode: LockMode = "compliance"): Promise<void> {
  const before = await lockedVersions(stage)
  await requireNothingGiven(stage, 1)
  await acceptPolicy(await stage.open(), { job: JOB, policy: { zone: "UTC", count: 2 } })
  const { workloads } = await removeExpired(await stage.open(), { ...noUndo, confirmed: true })
  requireThat(workloads.flatMap(({ removed }) => removed).length === 1, "prune does not remove the one point")
  await acceptImmutability(await stage.open(), { days: 4, generationDays: 1, lockMode })
  const extended = await extendLocks(await stage.open())
  requireThat(extended.workloads.flatMap(({ points }) => points).length === 4, "not all living points were extended")
  await requireNothingGiven(stage, 2)
  await requireOutlasting(stage, before, PASSWORD, { overrides: lockMode === "compliance" })
  if (lockMode === "compliance") return
  const kept = await clearFolder(stage.place)
  requireThat(kept.length === 0, `who may override a lock in governance mode does not get ${kept[0]}`)
}

async function changeKeys(stage: LockStage): Promise<void> {
  const before = await lockedVersions(stage)
  const { slots } = await listKeys(await stage.open())
  const other = slots.find(({ opened }) => !opened)?.slot.id ?? ""
  requireThat((await removeKeySlot(await stage.open(), other)).lockedUntilMs !== undefined, "a locked key slot is gone")
  const password = { old: PASSWORD, new: NEXT_PASSWORD }
  const { locked } = await rotateKeys(await stage.open(), { password, externalKeys: [testKey] })
  requireThat(locked.length === slots.length, `${locked.length} of ${slots.length} old key slots are locked`)
  await requireLeft(stage, stage.points, { password: NEXT_PASSWORD, when: "after a rotation" })
  await stage.backUp("db", { password: NEXT_PASSWORD })
  await requireLeft(stage, stage.points, { password: NEXT_PASSWORD, when: "after a backup of the other workload" })
  const { points } = await rewriteKeys(await stage.open(NEXT_PASSWORD))
  requireThat(points === stage.points.length, `${points} of ${stage.points.length} points were sealed anew`)
  await requireNothingGiven(stage, 1, NEXT_PASSWORD)
  await requireOutlasting(stage, before, NEXT_PASSWORD)
}

/** Points that stay are extended; then the locks are over that their pack tables speak of, but not theirs. */
async function extend(stage: LockStage): Promise<void> {
  await stage.days.pass(1.5)
  const { workloads } = await extendLocks(await stage.open())
  // The newest of both workloads, and the pinned one.
  requireThat(workloads.flatMap(({ points }) => points).length === 3, "not all points that stay were extended")
  await stage.days.pass(1.7)
  await reclaim(await stage.open(), { maxUnused: 0.05 })
  await stage.backUp("web")
  const nowMs = stage.days.clock.now()
  const found = await foundPoints(await stage.open())
  const locked = new Set(found.filter(({ lockedUntilMs }) => lockedUntilMs > nowMs).map(({ id }) => id))
  requireThat(locked.size === 4, `${locked.size} points are locked, not 4`)
  await requireLeft(
    stage,
    stage.points.filter(({ id }) => locked.has(id)),
    { when: "after reclaim" },
  )
}

/** Reclaim finds points whose time is over but for their lock, and gives nothing back. */
async function requireNothingGiven(stage: LockStage, lockedPoints: number, password = PASSWORD): Promise<void> {
  const { backups, failed } = await reclaim(await stage.open(password), whole)
  const [found] = backups
  requireThat(failed.length === 0, `reclaim failed: ${failed[0]?.error.message}`)
  requireThat(
    found?.purged === 0 && found.packs === 0 && found.left.length === 0 && found.lockedPoints === lockedPoints,
    `reclaim of what is locked: ${JSON.stringify(found)}`,
  )
}
