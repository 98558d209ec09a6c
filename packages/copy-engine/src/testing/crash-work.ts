import { repositorySource } from "@bcopy/source-repository"
import { backUp } from "../back-up.ts"
import { copy } from "../copy.ts"
import type { Repository } from "../repository.ts"
import { contentRoot } from "./content-root.ts"
import { asHost, deadProcess } from "./hosts.ts"
import { disksNow } from "./memory-source.ts"
import { changed, noise } from "./noise.ts"
import { makeWorld, type World } from "./world.ts"

/** Content roots of a point's disks, by name. */
export type DiskRoots = Readonly<Record<string, string>>

/** Work in which a process may die at any request. */
export interface CrashWork {
  readonly name: string
  /** What was there before. */
  prepare(world: World): Promise<void>
  /** The work itself, as one process does it; it may be done again. */
  run(repository: Repository): Promise<unknown>
  /** Whether these are points that may be there once it has been done. */
  areRight(points: readonly DiskRoots[]): boolean
}

const MIB = 1 << 20
const BLOCK = 64 << 10
const task = { job: "nightly", workload: "web01", level: 0, movers: 0 }
type Disks = Readonly<Record<string, Uint8Array>>

/** A workload's disks as they become: with a repetition across them. */
function generations(seed: number): readonly [Disks, Disks, Disks] {
  const small = { sda: noise(100_000, seed), sdb: noise(50_000, seed + 1) }
  const large = { sda: noise(2 * MIB, seed + 2), sdb: noise(MIB + 99, seed + 3) }
  large.sdb.set(large.sda.subarray(0, 2 * BLOCK), MIB / 2)
  const later = {
    sda: changed(large.sda, [{ at: 70_000, count: MIB / 4 }], seed + 4),
    sdb: changed(large.sdb, [{ at: 9, count: MIB / 4 }], seed + 5),
  }
  return [small, large, later]
}

const rootsOf = (disks: Disks): DiskRoots =>
  Object.fromEntries(Object.entries(disks).map(([name, bytes]) => [name, contentRoot(bytes, BLOCK)]))
const same = (one: DiskRoots | undefined, other: DiskRoots) => JSON.stringify(one) === JSON.stringify(other)

/** A backup of disks that change behind a point that is there. */
export function crashInBackup(seed: number): CrashWork {
  const [before, now] = generations(seed)
  const [first, second] = [rootsOf(before), rootsOf(now)]
  return {
    name: "backup",
    async prepare(world) {
      await asHost(deadProcess(99), async () => backUp(await world.open(), { source: disksNow(before), ...task }))
    },
    run: (repository) => backUp(repository, { source: disksNow(now, { identity: "snapshot 7" }), ...task }),
    // Who was told of a failure and tries again makes one more point if the first was there all the same.
    areRight: ([old, ...points]) =>
      same(old, first) && points.length > 0 && points.every((point) => same(point, second)),
  }
}

/** A copy of all points of another repository. */
export function crashInCopy(seed: number): CrashWork {
  const moments = generations(seed)
  const expected = moments.map(rootsOf)
  let primary: World | undefined
  return {
    name: "copy",
    async prepare() {
      primary = makeWorld({ id: `primary ${seed}` })
      await primary.create()
      for (const disks of moments) await backUp(await primary.open(), { source: disksNow(disks), ...task })
    },
    async run(repository) {
      const { view } = await (primary as World).open()
      const { failed } = await copy(repository, {
        source: repositorySource({ view }),
        select: "all",
        level: 0,
        movers: 0,
      })
      for (const { error } of failed) throw error
    },
    areRight: (points) =>
      points.length === expected.length && points.every((point, index) => same(point, expected[index] as DiskRoots)),
  }
}

/** What is left of a backup whose process has died in its midst. */
export function crashInResume(seed: number, die: (world: World, work: CrashWork) => Promise<unknown>): CrashWork {
  const whole = crashInBackup(seed)
  return {
    ...whole,
    name: "resume",
    async prepare(world) {
      await whole.prepare(world)
      await die(world, whole)
    },
  }
}
