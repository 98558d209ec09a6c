import { acceptImmutability, explainSpace, extendLocks, reclaim } from "@bcopy/copy-engine"
import { aroundRequests, type RepoStore, StoreError } from "@bcopy/repo"
import { requireThat } from "../proof/require-that.ts"
import { cutShort } from "./cut-short.ts"
import { kindOf, layOver } from "./lay-over.ts"
import { type LockStage, openLockStage, PASSWORD } from "./lock-stage.ts"
import { removeOldest } from "./remove-oldest.ts"
import type { S3Case } from "./s3-case.ts"
import { BY_THIS_CLOCK } from "./short-days.ts"
import { requirePoints, requireWhole } from "./staged-points.ts"
import { countOverlaid, type StoredVersion, storedVersions } from "./stored-versions.ts"
import type { TestBucket } from "./test-bucket.ts"

const DAY_MS = 300

/** What others lay over a repository changes nothing of it. */
export function overlaidCases(place: TestBucket): readonly S3Case[] {
  if (place.kind === "plain") return []
  return [
    {
      name: `${place.kind}: what another client lays over every kind of key is read around, told, and goes with what it lies over`,
      takes: "seconds",
      notForUsers: BY_THIS_CLOCK,
      async run() {
        const stage = await openLockStage(place, "overlaid/", { dayMs: DAY_MS, encrypted: true })
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
  for (const workload of ["web", "db", "web", "web"]) await stage.backUp(workload)
  for (const round of [
    { what: "another's bytes", dies: /\.final$/ },
    { what: "markers", dies: /\/packs\// },
  ] as const) {
    await cutShort(stage, "db")
    const removed = await removeOldest(stage, "web")
    // So that nothing of them is young or locked any more; what is stored then is.
    await stage.days.pass(isLocked ? 4 : 0.1)
    await stage.backUp("web")
    await dieInReclaim(stage, round.dies)
    stage.forget(removed)
    const meant = await layOver(stage, round.what)
    stage.events.length = 0
    await workOn(stage)
    requireTold(stage, meant)
    await requireGoneWhole(stage, meant)
  }
}

/** Reclaim that dies at its first request to write such a key, or to delete it, behind all barriers: the point is purged. */
async function dieInReclaim(stage: LockStage, key: RegExp): Promise<void> {
  const dying = (store: RepoStore) =>
    aroundRequests(store, async (request, run) => {
      if (/^(create|removeMany)$/.test(request.method) && key.test(request.key))
        throw new StoreError("Aborted", "the process died")
      return run()
    })
  const said = await reclaim(await stage.open(PASSWORD, dying)).then(
    () => "it came to its end",
    (error: Error) => error.message,
  )
  requireThat(said.includes("the process died"), `reclaim that was to die: ${said}`)
}

/** Everything that is done with a repository, as if nothing lay over it. */
async function workOn(stage: LockStage): Promise<void> {
  const overlaid = await countOverlaid(stage, "backups/")
  const [space] = await explainSpace(await stage.open())
  requireThat(space?.overlaid.packs === overlaid, `${space?.overlaid.packs} overlaid objects are told of ${overlaid}`)
  await requirePoints(await stage.open(), stage.points)
  await stage.backUp("db")
  requireThat(
    stage.events.some(({ type }) => type === "adopted"),
    "what the cut backup had stored was not adopted",
  )
  const { failed: notExtended } = await extendLocks(await stage.open())
  const { backups, failed } = await reclaim(await stage.open(), { maxUnused: Number.POSITIVE_INFINITY })
  const [error] = [...notExtended, ...failed].map((one) => one.error.message)
  requireThat(error === undefined, `it failed: ${error}`)
  const [done] = backups
  requireThat(done?.left.length === 0 && done.packs > 0, `reclaim: ${JSON.stringify(done)}`)
  await requireWhole(await stage.open())
}

/** Every kind of key that something lay over was told of. */
function requireTold({ events }: LockStage, meant: readonly StoredVersion[]): void {
  const told = new Set(events.flatMap((event) => (event.type === "tampering" ? [kindOf(event.tampering.key)] : [])))
  const untold = [...new Set(meant.map(({ key }) => kindOf(key)))].filter((kind) => !told.has(kind))
  requireThat(untold.length === 0, `nobody was told of what lies over: ${untold.join(", ")}`)
}

/** What was deleted went with all that lay over it: packs, beats, condemned lists. */
async function requireGoneWhole(stage: LockStage, meant: readonly StoredVersion[]): Promise<void> {
  const now = await storedVersions(stage)
  const there = new Set(now.map(({ key, version }) => `${key} ${version}`))
  const gone = meant.filter(({ key, version }) => !there.has(`${key} ${version}`)).map(({ key }) => key)
  const left = now.filter(({ key }) => gone.includes(key))
  requireThat(left.length === 0, `left of what was deleted: ${left.map(({ key }) => key).join(", ")}`)
  const kinds = new Set(gone.map(kindOf))
  for (const kind of ["data pack", "map pack", "beat", "condemned list"])
    requireThat(kinds.has(kind), `no ${kind} was deleted at all`)
}
