import type { PointId } from "@bcopy/chain-format"
import {
  copy,
  findWorkload,
  listPoints,
  pinPoint,
  removePoints,
  restoreRemoved,
  unpinPoint,
  verify,
} from "@bcopy/copy-engine"
import { repositorySource } from "@bcopy/source-repository"
import { type FrozenDisk, frozenSha256 } from "./frozen-disk.ts"
import { FrozenWorld } from "./frozen-world.ts"

const KIB = 1 << 10
const MIB = 1 << 20
const DAY_MS = 24 * 60 * 60_000

/** What a reader of the frozen repository must find in it. */
export interface FrozenExpectation {
  readonly repository: string
  readonly points: readonly {
    readonly job: string
    readonly workload: string
    readonly point: string
    readonly seq: number
    readonly kind: "full" | "increment"
    readonly createdAtMs: number
    readonly state: "complete" | "damaged"
    readonly pin?: string
    readonly gfs: readonly string[]
    readonly hops: number
    readonly disks: readonly {
      readonly name: string
      readonly sizeBytes: number
      readonly contentRoot: string
      readonly sha256: string
    }[]
  }[]
  /** Points that were removed and may come back, by `JOB/WORKLOAD`. */
  readonly removed: Readonly<Record<string, readonly string[]>>
  /** Sessions left behind, by `JOB/WORKLOAD`: the next backup takes over what they did. */
  readonly leftBehind: readonly string[]
}

/** Makes a repository in which everything has happened that format 1 has a word for; the same bytes each time. */
export async function frozenRepository(): Promise<{
  objects: ReadonlyMap<string, Uint8Array>
  expected: FrozenExpectation
}> {
  const world = new FrozenWorld("frozen", 1)
  await world.create(64 * KIB)
  /** Disks and generation of every point that was brought, by origin. */
  const brought = new Map<string, { disks: readonly FrozenDisk[]; generation: number }>()
  const backUp = async (
    job: string,
    workload: string,
    disks: readonly FrozenDisk[],
    generation: number,
    more: { platform?: string; metadata?: Record<string, unknown>; consistency?: "application" | "fuzzy" } = {},
    where = world,
  ) => {
    const point = await where.backUp(job, { workload, platform: "generic", disks, generation, ...more })
    brought.set(point, { disks, generation })
  }
  const found = (workload: string) => findWorkload(world.repository, { job: "nightly", workload })
  const entryOf = async (workload: string, at: number) => (await found(workload)).state.points.at(at)?.entry as number

  await makeWeb()
  await makeDisks()
  await makeInterrupted()
  await makeCopy()
  await makeDamage()
  return { objects: await world.objects(), expected: await expectation() }

  /** A chain with a catalogue, pins, flags, a removal, a removal taken back. */
  async function makeWeb(): Promise<void> {
    const disks = [
      { name: "sda", sizeBytes: 9 * MIB, seed: 1 },
      { name: "sdb", sizeBytes: 1_234_567, seed: 2 },
    ]
    const metadata = { configuration: { cpus: 4, firmware: "efi" }, note: "Zürich" }
    for (let generation = 0; generation < 6; generation++) {
      await backUp("nightly", "web", disks, generation, { platform: "vsphere", metadata, consistency: "application" })
      await world.later(DAY_MS)
    }
    const flagged = await entryOf("web", 1)
    await world.append("nightly", "web", (points) => ({
      kind: "flagged",
      points: points.filter(({ entry }) => entry === flagged) as { entry: number; point: PointId }[],
      gfs: ["W:2025-01-07", "M:2025-01"],
    }))
    await removePoints(world.repository, await found("web"), [await entryOf("web", 3)], { undoMs: 7 * DAY_MS })
    const [{ point: removed } = { point: undefined }] = (await found("web")).state.removed
    await restoreRemoved(world.repository, await found("web"), removed?.entry as number)
    await removePoints(world.repository, await found("web"), [await entryOf("web", 2)], { undoMs: 7 * DAY_MS })
    // The catalogue is in entry 64; a few entries behind it repeat what was said since.
    while ((await found("web")).state.head.number < 65) {
      await world.later()
      await pinPoint(world.repository, await found("web"), await entryOf("web", 0), "before the migration")
      await unpinPoint(world.repository, await found("web"), await entryOf("web", 0))
    }
    await pinPoint(world.repository, await found("web"), await entryOf("web", 0), "before the migration")
    await backUp("nightly", "web", disks, 6, { platform: "vsphere", metadata })
  }

  /** Disks of every size, which come, go, grow and are renamed. */
  async function makeDisks(): Promise<void> {
    const zero = { name: "zero", sizeBytes: 64 * MIB, seed: 0, zeroShare: 1 }
    const byte = { name: "byte", sizeBytes: 1, seed: 3, zeroShare: 0 }
    const empty = { name: "empty", sizeBytes: 0, seed: 0 }
    const data = { name: "data", sizeBytes: 3 * MIB + 1, seed: 4 }
    const block = { name: "block", sizeBytes: 64 * KIB, seed: 5, zeroShare: 0 }
    await backUp("nightly", "disks", [zero, byte, empty, data, block], 0)
    await backUp("nightly", "disks", [{ ...data, sizeBytes: 4 * MIB }, { ...block, name: "renamed" }, zero, byte], 1)
    await backUp(
      "nightly",
      "disks",
      [
        { ...data, sizeBytes: MIB },
        { ...zero, sizeBytes: 200 * MIB },
      ],
      2,
      { consistency: "fuzzy" },
    )
  }

  /** A session that was adopted, one that was abandoned, and one that is still there to be adopted. */
  async function makeInterrupted(): Promise<void> {
    const disks = [{ name: "sda", sizeBytes: 12 * MIB, seed: 6 }]
    const moment = (generation: number) => ({ workload: "db", platform: "agent-linux", disks, generation })
    await world.interrupt("nightly", moment(0))
    await backUp("nightly", "db", disks, 0, { platform: "agent-linux" })
    await backUp("nightly", "db", disks, 1, { platform: "agent-linux" })
    await world.append("nightly", "db", () => ({
      kind: "fence",
      fenced: "d".repeat(32) as never,
      outcome: "abandoned",
    }))
    await world.interrupt("nightly", moment(2))
  }

  /** Points of another repository with smaller blocks. */
  async function makeCopy(): Promise<void> {
    const primary = new FrozenWorld("primary", 2)
    await primary.create(32 * KIB)
    const disks = [{ name: "sda", sizeBytes: 2 * MIB + 512, seed: 7 }]
    for (let generation = 0; generation < 3; generation++)
      await backUp("weekly", "mail", disks, generation, { platform: "hyper-v" }, primary)
    const source = repositorySource({ view: primary.repository.view, job: "weekly", workloads: ["mail"] })
    const { failed } = await copy(world.repository, { source, select: "all", as: "offsite" })
    for (const { error } of failed) throw error
  }

  /** A point whose data pack lost a bit, found and marked; the one before it was marked and healed. */
  async function makeDamage(): Promise<void> {
    const disks = [{ name: "sda", sizeBytes: 2 * MIB, seed: 8, zeroShare: 0 }]
    await backUp("nightly", "damaged", disks, 0)
    const before = new Set(world.store.keys())
    await backUp("nightly", "damaged", disks, 25)
    const pack = world.store.keys().find((key) => !before.has(key) && key.includes("/packs/"))
    if (pack === undefined) throw new Error("the second point of nightly/damaged has no pack of its own")
    world.store.tamper(pack, (bytes) => bytes.with(100, (bytes[100] as number) ^ 1))
    const report = await verify(world.repository, { job: "nightly", workload: "damaged", readData: "hash" })
    if (report.damaged.length !== 1) throw new Error(`${report.damaged.length} damaged points were found, 1 was made`)
    const ofFirst = (points: readonly { entry: number; point: string }[]) =>
      points.slice(0, 1).map(({ entry, point }) => ({ entry, point: point as PointId }))
    await world.append("nightly", "damaged", (points) => ({
      kind: "damaged",
      points: ofFirst(points),
      reason: "a mistake",
    }))
    await world.append("nightly", "damaged", (points) => ({ kind: "healed", points: ofFirst(points) }))
    await backUp("nightly", "damaged", disks, 26)
  }

  async function expectation(): Promise<FrozenExpectation> {
    const points: FrozenExpectation["points"][number][] = []
    for await (const { job, workload, summary, manifest, state } of listPoints(world.repository)) {
      const { disks, generation } = brought.get(summary.origin.point) as {
        disks: readonly FrozenDisk[]
        generation: number
      }
      points.push({
        job,
        workload,
        point: summary.point,
        seq: summary.seq,
        kind: summary.type,
        createdAtMs: summary.createdAtMs,
        state,
        ...(summary.pin !== undefined && { pin: summary.pin }),
        gfs: summary.gfs,
        hops: summary.hops,
        disks: disks.map((disk, index) => ({
          name: disk.name,
          sizeBytes: disk.sizeBytes,
          contentRoot: manifest?.disks[index]?.contentRoot ?? "",
          sha256: frozenSha256(disk, generation),
        })),
      })
    }
    const { removed } = (await found("web")).state
    return {
      repository: world.repository.birth.repository,
      points,
      removed: { "nightly/web": removed.map(({ point }) => point.point) },
      leftBehind: ["nightly/db"],
    }
  }
}
