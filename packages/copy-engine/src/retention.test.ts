import { backupIdOf, findSetting, layout, readSettings, type SettingsRecord } from "@bcopy/chain-format"
import { aroundRequests, StoreError } from "@bcopy/repo"
import { planRetention, type RetentionPolicy } from "@bcopy/retention-gfs"
import { repositorySource } from "@bcopy/source-repository"
import { expect, test } from "vitest"
import { acceptPolicy } from "./accept-policy.ts"
import { appendSettings } from "./append-settings.ts"
import { backUp } from "./back-up.ts"
import { pinPoint, removePoints, restoreRemoved } from "./change-points.ts"
import { copy } from "./copy.ts"
import { findWorkload, type FoundWorkload } from "./find-workloads.ts"
import { listPoints } from "./list-points.ts"
import { listRemoved } from "./list-removed.ts"
import { planWorkloads, type WorkloadPlan } from "./plan-workloads.ts"
import { removeExpired } from "./remove-expired.ts"
import type { Repository } from "./repository.ts"
import { logOf } from "./testing/log-of.ts"
import { disksNow } from "./testing/memory-source.ts"
import { noise } from "./testing/noise.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

const DAY_MS = 86_400_000
/** Ten at night of a date, or a time. */
const utc = (text: string) => Date.parse(text.length === 10 ? `${text}T22:00:00Z` : `${text}:00Z`)
const task = { job: "nightly", workload: "web01", level: 0, movers: 0 } as const
const policy: RetentionPolicy = {
  zone: "UTC",
  days: 7,
  weekly: { keep: 4, day: "saturday" },
  monthly: { keep: 12, week: "first" },
  yearly: { keep: 3, month: "january" },
}

async function worldAt(date: string, id = "primary"): Promise<World> {
  const world = makeWorld({ id })
  pass(world, date)
  await world.create()
  return world
}

/** Lets time pass until ten at night of a date. */
function pass(world: World, date: string): void {
  world.clock.setNow(utc(date))
}

let seed = 0
async function bring(world: World, createdAtMs = world.clock.now(), workload = "web01"): Promise<string | undefined> {
  const source = disksNow({ sda: noise(1000, ++seed) }, { createdAtMs })
  return (await backUp(await world.open(), { ...task, source, workload })).point
}

async function daily(world: World, from: string, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    pass(world, new Date(utc(from) + at * DAY_MS).toISOString().slice(0, 10))
    await bring(world)
  }
}

async function flags(repository: Repository): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { summary } of listPoints(repository))
    found.push([new Date(summary.createdAtMs).toISOString().slice(0, 10), ...summary.gfs].join(" "))
  return found
}

async function plans(
  repository: Repository,
  options: Parameters<typeof planWorkloads>[1] = {},
): Promise<WorkloadPlan[]> {
  const found: WorkloadPlan[] = []
  for await (const plan of planWorkloads(repository, options)) found.push(plan)
  return found
}

const sourceOf = ({ view }: Repository) => repositorySource({ view })

test("points are flagged as they are committed, once and for good", async () => {
  const world = await worldAt("2025-01-01")
  await acceptPolicy(await world.open(), { job: "nightly", policy })
  await daily(world, "2025-01-01", 12)
  expect(await flags(await world.open())).toEqual([
    "2025-01-01",
    "2025-01-02",
    "2025-01-03",
    "2025-01-04 W:2025-01-04 M:2025-01 Y:2025",
    "2025-01-05",
    "2025-01-06",
    "2025-01-07",
    "2025-01-08",
    "2025-01-09",
    "2025-01-10",
    "2025-01-11 W:2025-01-11",
    "2025-01-12",
  ])
  const [found] = await plans(await world.open())
  expect(found?.plan.remove.length).toBe(3)
  // Nothing is removed by planning.
  expect((await flags(await world.open())).length).toBe(12)
  expect(await verify(await world.open(), { all: true })).toMatchObject({ damaged: [], unknown: [] })
})

test("without a policy no point takes a flag, and all stay", async () => {
  const world = await worldAt("2025-01-03")
  await daily(world, "2025-01-03", 3)
  const [found] = await plans(await world.open())
  expect(found).toMatchObject({ policy: undefined, inForce: undefined, plan: { remove: [] } })
  expect(found?.plan.keep.length).toBe(3)
  expect((await flags(await world.open())).join()).not.toContain(":")
})

test("a policy that comes into force in the middle of a slot flags the first point of its span that is there", async () => {
  const world = await worldAt("2025-03-01")
  await bring(world, utc("2025-03-01T06:00"))
  await bring(world, utc("2025-03-01T12:00"))
  world.clock.setNow(utc("2025-03-01T23:00"))
  const { flagged } = await acceptPolicy(await world.open(), { job: "nightly", policy })
  expect(flagged.map(({ gfs }) => gfs)).toEqual([["W:2025-03-01", "M:2025-03"]])
  expect(await flags(await world.open())).toEqual(["2025-03-01 W:2025-03-01 M:2025-03", "2025-03-01"])
  // Accepting it again changes nothing, and says since when it is in force.
  const before = world.store.keys()
  const again = await acceptPolicy(await world.open(), { job: "nightly", policy })
  expect(again).toMatchObject({ flagged: [], failed: [], before: again.policy })
  expect(world.store.keys()).toEqual(before)
})

test("with fromFirstPoint a chain is flagged as if the policy had been in force from its first point", async () => {
  const world = await worldAt("2025-01-01")
  await daily(world, "2025-01-01", 33)
  await acceptPolicy(await world.open(), { job: "nightly", policy, fromFirstPoint: true })
  const found = (await flags(await world.open())).filter((line) => line.includes(":"))
  expect(found).toEqual([
    "2025-01-04 M:2025-01 Y:2025",
    "2025-01-11 W:2025-01-11",
    "2025-01-18 W:2025-01-18",
    "2025-01-25 W:2025-01-25",
    "2025-02-01 W:2025-02-01 M:2025-02",
  ])
})

test("a run that died between the settings and the flags is finished by accepting the policy again", async () => {
  const world = await worldAt("2025-03-01")
  for (const workload of ["a", "b"]) await bring(world, world.clock.now(), workload)
  world.clock.setNow(utc("2025-03-01T23:00"))
  let flagging = 0
  const dying = aroundRequests(world.store, ({ method, key }, run) => {
    if (method === "create" && key.includes("/log/") && ++flagging > 1)
      return Promise.reject(new StoreError("Unavailable", "the process died"))
    return run()
  })
  const accept = async (repository: Repository) => acceptPolicy(repository, { job: "nightly", policy })
  await expect(accept(await world.open(dying))).rejects.toMatchObject({ code: "Unavailable" })
  expect((await accept(await world.open())).flagged.length).toBe(1)
  expect((await flags(await world.open())).filter((line) => line.includes("W:2025-03-01")).length).toBe(2)
})

test("a slot whose point was removed by hand or is damaged while it is open is filled by the next point", async () => {
  const world = await worldAt("2025-03-01")
  await acceptPolicy(await world.open(), { job: "nightly", policy: { ...policy, days: 14 } })
  await daily(world, "2025-03-01", 3)
  const found = await findWorkload(await world.open(), { workload: "web01" })
  const [first] = found.state.points
  await removePoints(await world.open(), found, [first?.entry as number], { undoMs: DAY_MS })
  await daily(world, "2025-03-04", 2)
  expect(await flags(await world.open())).toEqual([
    "2025-03-02",
    "2025-03-03",
    "2025-03-04 W:2025-03-01 M:2025-03",
    "2025-03-05",
  ])
})

test("a point of a time that cannot be right takes no flag, counts for nothing and is told", async () => {
  const world = await worldAt("2025-03-01")
  await acceptPolicy(await world.open(), { job: "nightly", policy })
  await bring(world, utc("2099-01-01"))
  await bring(world)
  await bring(world, utc("2020-01-01"))
  const { state } = await logOf(await world.open())
  expect(state.points.map(({ dateSuspect = false, gfs }) => [dateSuspect, gfs])).toEqual([
    [true, []],
    [false, ["W:2025-03-01", "M:2025-03"]],
    [true, []],
  ])
  const [found] = await plans(await world.open(), { nowMs: utc("2025-03-20"), run: "session" })
  const [, good] = found?.points ?? []
  expect(found?.plan.keep.map(({ id }) => id)).toEqual([good?.id])
})

test("a pinned point stays whatever the policy says", async () => {
  const world = await worldAt("2025-03-02")
  await acceptPolicy(await world.open(), { job: "nightly", policy: { zone: "UTC", count: 2 } })
  await daily(world, "2025-03-02", 5)
  const found = await findWorkload(await world.open(), { workload: "web01" })
  await pinPoint(await world.open(), found, found.state.points[0]?.entry as number, "audit")
  const [now] = await plans(await world.open())
  expect(now?.plan.keep.map(({ reasons }) => reasons.map(({ rule }) => rule))).toEqual([
    ["pin"],
    ["count"],
    ["newest", "count"],
  ])
})

test("a first run of all points copies what a rule keeps, flagged in the order of the source", async () => {
  const world = await worldAt("2025-01-01")
  await daily(world, "2025-01-01", 40)
  const other = await worldAt("2025-02-09", "offsite")
  await acceptPolicy(await other.open(), { job: "nightly", policy })
  const run = async (options: object = {}) =>
    copy(await other.open(), { source: sourceOf(await world.open()), select: "all", level: 0, movers: 0, ...options })
  const dry = await run({ dryRun: true })
  const { copied, skipped } = await run()
  expect(copied.length).toBe(dry.planned.length)
  expect(skipped.filter(({ reason }) => reason.startsWith("no rule of the retention policy")).length).toBe(
    40 - copied.length,
  )
  expect(await flags(await other.open())).toEqual([
    "2025-01-04 W:2025-01-04 M:2025-01 Y:2025",
    "2025-01-18 W:2025-01-18",
    "2025-01-25 W:2025-01-25",
    "2025-02-01 W:2025-02-01 M:2025-02",
    "2025-02-02",
    "2025-02-03",
    "2025-02-04",
    "2025-02-05",
    "2025-02-06",
    "2025-02-07",
    "2025-02-08 W:2025-02-08",
    "2025-02-09",
  ])
  const [found] = await plans(await other.open())
  expect(found?.plan.remove).toEqual([])
  // On request all of them come; late points take no flag that keeps them no more.
  expect((await run({ copyExpired: true })).copied.length).toBe(40 - copied.length)
  expect((await flags(await other.open())).length).toBe(40)
})

test("a policy that this version does not know stops whoever would act on it, and nobody who reads", async () => {
  const world = await worldAt("2025-03-02")
  await bring(world)
  const repository = await world.open()
  const backup = backupIdOf(repository.view.idMac, "nightly")
  const prefix = layout.backupSettings(backup)
  const known = await readSettings(repository.view, prefix)
  const tomorrow: SettingsRecord = { type: "retention", policy: { zone: "UTC", lunar: { keep: 3 } } }
  await appendSettings(repository, prefix, known, { session: "5".repeat(32) as never, records: [tomorrow] })
  await expect(bring(world)).rejects.toMatchObject({ code: "NeedsNewer", message: expect.stringContaining("nightly") })
  await expect(plans(await world.open())).rejects.toMatchObject({ code: "NeedsNewer" })
  expect((await flags(await world.open())).length).toBe(1)
})

test("a policy is in the settings with its zone, and since when each of its levels is in force", async () => {
  const world = await worldAt("2025-03-02")
  await acceptPolicy(await world.open(), { job: "nightly", policy })
  const atMs = world.clock.now()
  pass(world, "2025-04-05")
  const { weekly: _, ...without } = policy
  await acceptPolicy(await world.open(), { job: "nightly", policy: without })
  const repository = await world.open()
  const stored = await readSettings(
    repository.view,
    layout.backupSettings(backupIdOf(repository.view.idMac, "nightly")),
  )
  expect(findSetting(stored?.entry, "retention")?.policy).toEqual({
    ...without,
    since: { monthly: atMs, yearly: atMs },
    retired: { weekly: 4 },
  })
  expect(planRetention([], policy, atMs).keep).toEqual([])
})

test("pruning removes what no rule keeps, for a while, and leaves what a dead source has", async () => {
  const world = await worldAt("2025-01-01")
  await acceptPolicy(await world.open(), { job: "nightly", policy })
  await daily(world, "2025-01-01", 14)
  const prune = async (options: object = {}) => removeExpired(await world.open(), options)
  const dry = await prune({ dryRun: true })
  const { workloads } = await prune()
  expect(workloads).toEqual(dry.workloads)
  expect(workloads[0]?.removed.length).toBe(5)
  const left = await flags(await world.open())
  expect(left).toEqual([
    "2025-01-04 W:2025-01-04 M:2025-01 Y:2025",
    "2025-01-07",
    "2025-01-08",
    "2025-01-09",
    "2025-01-10",
    "2025-01-11 W:2025-01-11",
    "2025-01-12",
    "2025-01-13",
    "2025-01-14",
  ])
  // Nothing is stored for a month: flags run out, days do not.
  pass(world, "2025-02-14")
  expect((await prune()).workloads[0]?.removed.map(({ since }) => since)).toEqual(["2025-02-08"])
  expect((await flags(await world.open())).length).toBe(left.length - 1)

  const removed = []
  for await (const one of listRemoved(await world.open())) removed.push(one)
  expect(removed.length).toBe(6)
  const [first] = removed
  expect(first).toMatchObject({ workload: "web01", removedAtMs: utc("2025-01-14"), untilMs: utc("2025-01-21") })
  await restoreRemoved(await world.open(), first?.found as FoundWorkload, first?.point.entry as number)
  expect((await flags(await world.open())).length).toBe(left.length)
  expect(await verify(await world.open(), { all: true })).toMatchObject({ damaged: [], unknown: [] })
})

test("over half of a chain goes only when that is confirmed, and nothing goes by a clock that is a day off", async () => {
  const world = await worldAt("2025-03-02")
  await daily(world, "2025-03-02", 6)
  await acceptPolicy(await world.open(), { job: "nightly", policy: { zone: "UTC", count: 2 } })
  const prune = async (options: object = {}) => removeExpired(await world.open(), options)
  expect((await prune()).workloads).toMatchObject([{ asks: "4 of 6 points would go at once" }])
  expect((await flags(await world.open())).length).toBe(6)
  const repository = await world.open()
  const clock = { ...world.clock, now: () => world.clock.now() + 2 * DAY_MS }
  const late = { ...repository, seams: { ...repository.seams, clock } }
  repository.storeTime.observe(world.clock.now())
  await expect(removeExpired(late, { confirmed: true })).rejects.toMatchObject({ code: "Refused" })
  expect((await prune({ confirmed: true })).workloads[0]?.removed.length).toBe(4)
  expect((await flags(await world.open())).length).toBe(2)
  expect((await prune({ confirmed: true })).workloads[0]?.removed).toEqual([])
})

test("what is pinned between the plan and the entry stays", async () => {
  const world = await worldAt("2025-03-02")
  await acceptPolicy(await world.open(), { job: "nightly", policy: { zone: "UTC", count: 2 } })
  await daily(world, "2025-03-02", 4)
  const found = await findWorkload(await world.open(), { workload: "web01" })
  const [first, second] = found.state.points
  let isPinned = false
  const slow = aroundRequests(world.store, async ({ method, key }, run) => {
    if (method === "create" && key.includes("/log/") && !isPinned) {
      isPinned = true
      await pinPoint(await world.open(), found, first?.entry as number, "audit")
    }
    return run()
  })
  const { workloads } = await removeExpired(await world.open(slow), { confirmed: true })
  expect(workloads[0]?.removed.map(({ id }) => id)).toEqual([second?.point])
  expect((await flags(await world.open())).length).toBe(3)
})

test("a policy that cannot be read is not none: nothing is planned without it, until it is said anew", async () => {
  const world = await worldAt("2026-01-05")
  await daily(world, "2026-01-05", 4)
  await acceptPolicy(await world.open(), { job: "nightly", policy: { zone: "UTC", count: 2 } })
  const damaged = { code: "Damaged", message: expect.stringContaining("retention policy") as unknown }
  const keys = world.store.keys().filter((key) => /^backups\/.*\/settings\//.test(key))
  for (const key of keys) world.store.tamper(key, (bytes) => bytes.fill(7, 60))
  await expect(plans(await world.open())).rejects.toMatchObject(damaged)
  const pruned = await removeExpired(await world.open(), { confirmed: true, undoMs: 0 })
  expect(pruned).toMatchObject({ workloads: [], failed: [{ workload: "web01", error: damaged }] })
  expect(await flags(await world.open())).toHaveLength(4)
  await acceptPolicy(await world.open(), { job: "nightly", policy: { zone: "UTC", count: 3 } })
  expect((await plans(await world.open())).map(({ plan }) => plan.remove.length)).toEqual([1])
})
