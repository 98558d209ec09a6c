import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, UploadPartCommand } from "@aws-sdk/client-s3"
import {
  acceptImmutability,
  explainSpace,
  findWorkload,
  pinPoint,
  reclaim,
  type ReclaimedOfBackup,
  unpinPoint,
} from "@bcopy/copy-engine"
import { requireThat } from "../proof/require-that.ts"
import { cutShort } from "./cut-short.ts"
import { type LockStage, openLockStage } from "./lock-stage.ts"
import { removeOldest } from "./remove-oldest.ts"
import type { S3Case } from "./s3-case.ts"
import { BY_THIS_CLOCK } from "./short-days.ts"
import { requirePoints, requireWhole } from "./staged-points.ts"
import { storedVersions } from "./stored-versions.ts"
import type { TestBucket } from "./test-bucket.ts"

const DAY_MS = 300
/** Entries of a log before which reclaim lets the oldest go. */
const ENTRIES = 130

/** What nothing needs is given back, to the last version, once no lock keeps it. */
export function reclaimCases(place: TestBucket): readonly S3Case[] {
  return [
    {
      name: `${place.kind}: reclaim leaves nothing of what nothing needs${place.kind === "locked" ? ", once its lock is over" : ""}`,
      takes: "seconds",
      notForUsers: BY_THIS_CLOCK,
      async run() {
        const stage = await openLockStage(place, "reclaim/", { dayMs: DAY_MS, encrypted: false })
        try {
          await live(stage)
        } finally {
          stage.close()
        }
      },
    },
  ]
}

async function live(stage: LockStage): Promise<void> {
  const isLocked = stage.place.kind === "locked"
  if (isLocked) await acceptImmutability(await stage.open(), { days: 2, generationDays: 1 })
  for (const workload of ["web", "db", "web", "db", "web", "web"]) await stage.backUp(workload)
  await cutShort(stage, "db")
  await beginUpload(stage)
  for (const workload of ["db", "db"]) await stage.backUp(workload)
  await fillLog(stage)
  const removed = [...(await removeOldest(stage, "web", 3)), ...(await removeOldest(stage, "db", 2))]
  if (isLocked) {
    await giveBack(stage, { purged: 0, packs: 0, lockedPoints: 5 })
    // Points' own locks are over, those of packs go on for a generation.
    await stage.days.pass(2.2)
    await giveBack(stage, { purged: 5, packs: 0, lockedPoints: 0 })
  }
  await stage.days.pass(2)
  await giveBack(stage, { purged: isLocked ? 0 : 5, lockedPoints: 0, locked: 0 })
  stage.forget(removed)
  await stage.backUp("web")
  stage.forget(await removeOldest(stage, "web"))
  await stage.days.pass(isLocked ? 4 : 0.1)
  await giveBack(stage, { purged: 1, locked: 0 })
  // Entries go a while after the epoch that follows the one that made them void.
  await stage.days.pass(0.1)
  const { entries } = await giveBack(stage, { purged: 0, packs: 0 })
  requireThat(entries > 0, "no void entry of a log was deleted")
  await requireNothingLeft(stage)
  await requirePoints(await stage.open(), stage.points)
  await requireWhole(await stage.open())
}

/** An upload in parts of the session that was cut short, as it leaves one that dies in the middle of a large pack. */
async function beginUpload(stage: LockStage): Promise<void> {
  const { client, place } = stage
  const beat = (await storedVersions(stage)).find(({ key }) => key.includes("/sessions/"))?.key ?? ""
  const pack = beat.replace(/sessions\/\w+\/(\w+)\/\w+$/, "packs/$1/000000ff")
  requireThat(pack !== beat, `${beat} is no beat of a session`)
  const object = { Bucket: place.bucket, Key: place.prefix + pack }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object))
  await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: pack }))
}

/** Makes the log of web so long that its oldest entries become void. */
async function fillLog(stage: LockStage): Promise<void> {
  const repository = await stage.open()
  let found = await findWorkload(repository, { workload: "web" })
  while (found.state.head.number < ENTRIES) {
    const { entry = 0, pin } = found.state.points.at(-1) ?? {}
    const change = pin === undefined ? pinPoint(repository, found, entry, "held") : unpinPoint(repository, found, entry)
    found = { ...found, state: await change }
  }
}

/** Reclaims, and holds that this comes of it. */
async function giveBack(stage: LockStage, wanted: Partial<ReclaimedOfBackup>): Promise<ReclaimedOfBackup> {
  const { backups, failed } = await reclaim(await stage.open(), { maxUnused: 0.05 })
  const [done] = backups
  requireThat(done?.left.length === 0, `reclaim failed: ${failed[0]?.error.message}`)
  const other = Object.entries(wanted).filter(([what, count]) => done[what as keyof ReclaimedOfBackup] !== count)
  requireThat(other.length === 0, `reclaim: ${JSON.stringify(done)}, not ${JSON.stringify(wanted)}`)
  return done
}

/** Holds that packs are just those that points need, and that there is nothing else but logs, settings and one closed list. */
async function requireNothingLeft(stage: LockStage): Promise<void> {
  const { client, place } = stage
  const [space] = await explainSpace(await stage.open())
  const versions = await storedVersions(stage)
  const keys = new Set(versions.map(({ key }) => key))
  requireThat(keys.size === versions.length, "newer versions or markers are left")
  const packs = [...keys].filter((key) => key.includes("/packs/")).length
  requireThat(packs === space?.live.packs, `${packs} packs, and points need ${space?.live.packs}`)
  const left = [...keys].filter((key) => /\/(?:sessions|condemned)\//.test(key))
  requireThat(left.length === 1 && left[0]?.endsWith(".closed") === true, `left: ${left.join(", ")}`)
  const { Uploads = [] } = await client.send(
    new ListMultipartUploadsCommand({ Bucket: place.bucket, Prefix: place.prefix }),
  )
  requireThat(Uploads.length === 0, `uploads are left: ${Uploads.map(({ Key }) => Key).join(", ")}`)
}
