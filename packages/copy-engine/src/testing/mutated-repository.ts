import {
  type BackupId,
  decodePackHeader,
  entryKey,
  layout,
  type LogPlace,
  type ObjectKind,
  readManifest,
  type SealSuite,
} from "@bcopy/chain-format"
import type { MemorySnapshot, ObjectKey } from "@bcopy/repo"
import { backUp } from "../back-up.ts"
import { placeOf } from "../bring-point.ts"
import { pinPoint, unpinPoint } from "../change-points.ts"
import { findWorkload } from "../find-workloads.ts"
import type { Repository } from "../repository.ts"
import { asHost, deadProcess } from "./hosts.ts"
import { logOf } from "./log-of.ts"
import { disksNow } from "./memory-source.ts"
import { changed, noise } from "./noise.ts"
import { makeWorld, type World, type WorldOptions } from "./world.ts"

const KIB = 1 << 10
/** Block size of the repository. */
export const BLOCK_BYTES = 32 * KIB
const CATALOGUE = 64

/** Every kind of object that is written today: docs/format.md, Kinds and Log entries. */
export const objectNames = [
  "the birth certificate",
  "the repository's settings",
  "the job's settings",
  "the opening entry",
  "the oldest point's entry",
  "the fence",
  "a pin",
  "the catalogue",
  "the newest point's entry",
  "a shared data pack",
  "an older map pack",
  "the newest map pack",
  "the dead session's beat",
] as const
export type ObjectName = (typeof objectNames)[number]

/** An object that is to be mutated. */
export interface MutableObject {
  readonly key: ObjectKey
  /** Absent: the birth certificate, which is no pack. */
  readonly kind?: ObjectKind
  /** Another of its kind: of another workload, session or number. */
  readonly twin?: ObjectKey
  /** The key of the next object of its log, session or list of packs. */
  readonly next?: ObjectKey
  /** What a person is told of it by. */
  readonly called: RegExp
  /** The workload that goes on with it. */
  readonly workload: string
}

/** A point of the repository with what was backed up into it. */
export interface KnownPoint {
  readonly name: string
  readonly job: string
  readonly workload: string
  readonly id: string
  readonly bytes: Uint8Array
}

/** A repository with an object of every kind, put back to what it was after each mutation. */
export interface MutatedRepository {
  readonly world: World
  readonly whole: MemorySnapshot
  /** What it is sealed with. */
  readonly suite: SealSuite
  readonly points: readonly KnownPoint[]
  readonly objects: Readonly<Record<ObjectName, MutableObject>>
}

/** Makes it: three points of web01 in a log with an adoption and a catalogue; a point of another job; dead sessions. */
export async function mutatedRepository(options: WorldOptions = {}): Promise<MutatedRepository> {
  const world = makeWorld(options)
  const repository = await world.create({ blockBytes: BLOCK_BYTES }).then(() => world.open())
  const points: KnownPoint[] = []
  const bring = async (name: string, job: string, workload: string, bytes: Uint8Array) => {
    const { point } = await backUp(repository, { source: disksNow({ sda: bytes }), job, workload, level: 1, movers: 0 })
    points.push({ name, job, workload, id: point as string, bytes })
  }
  const disk = noise(150 * KIB, 1)
  const second = changed(disk, [{ at: 40 * KIB, count: 10 }], 2)
  await bring("first", "nightly", "web01", disk)
  await dieWithCheckpoint(repository, "nightly", "web01")
  await bring("second", "nightly", "web01", second)
  await bring("stranger", "weekly", "web03", noise(50 * KIB, 4))
  const found = () => findWorkload(repository, { job: "nightly", workload: "web01" })
  for (let head = (await found()).state.head.number; head < CATALOGUE; head++)
    await (head % 2 === 0 ? pinPoint(repository, await found(), 2, "kept") : unpinPoint(repository, await found(), 2))
  await bring("third", "nightly", "web01", changed(second, [{ at: 100 * KIB, count: 10 }], 3))
  await dieWithCheckpoint(repository, "nightly", "web02")
  await dieWithCheckpoint(repository, "weekly", "web03")
  const { suite } = repository.view
  return { world, whole: world.store.snapshot(), suite, points, objects: await objectsOf(repository, world) }
}

/** Leaves a session behind that had stored a pack, and said so in its last beat. */
async function dieWithCheckpoint(repository: Repository, job: string, workload: string): Promise<void> {
  const onRead = (disk: string) => {
    if (disk === "sdb") throw new Error("the source has gone")
  }
  const source = disksNow({ sda: noise(60 * KIB, 5), sdb: noise(60 * KIB, 6) }, { onRead })
  const crash = () => backUp(repository, { source, job, workload, level: 1, movers: 0 })
  const failure = await asHost(deadProcess(), crash).catch((error: Error) => error.message)
  if (failure !== "the source has gone") throw new Error(`the session did not die: ${JSON.stringify(failure)}`)
}

async function objectsOf(
  repository: Repository,
  { store }: World,
): Promise<Readonly<Record<ObjectName, MutableObject>>> {
  const { place, state, bodies } = await logOf(repository)
  const neighbour = placeOf(repository, "nightly", "web02")
  const stranger = placeOf(repository, "weekly", "web03")
  const { entryTag } = repository.view
  const keyOf = (prefix: string, number: number) => entryKey(prefix, number, entryTag) as ObjectKey
  const entry = (number: number, log = place) => keyOf(layout.log(log.backup, log.workload), number)
  const settings = (backup: BackupId, number = 1) => keyOf(layout.backupSettings(backup), number)
  const numberOf = (kind: string) => bodies.findIndex((body) => body.kind === kind) + 1
  const workload = "web01"
  const logged = (number: number, twin: ObjectKey): MutableObject => ({
    key: entry(number),
    kind: "logEntry",
    twin,
    next: entry(bodies.length + 1),
    called: new RegExp(`web01|${place.workload}`),
    workload,
  })
  const packs: { key: ObjectKey; kind: ObjectKind }[] = []
  for (const key of store.keys().filter((one) => one.includes("/packs/")))
    packs.push({ key, kind: decodePackHeader((await store.read(key))?.bytes ?? new Uint8Array()).kind })
  const packed = async (kind: "dataPack" | "mapPack", point: number): Promise<MutableObject> => {
    const ofPoint = state.points.at(point)
    if (ofPoint === undefined) throw new Error(`no point ${point}`)
    const { session } = await readManifest(repository.view, place, ofPoint)
    const own = packs.filter((pack) => pack.key.startsWith(layout.packs(place.backup, session)))
    const key = own.find((pack) => pack.kind === kind)?.key
    const twin = packs.findLast((pack) => pack.kind === kind && !own.includes(pack))?.key
    if (key === undefined || twin === undefined) throw new Error(`no ${kind} of point ${point}`)
    const next = layout.pack(place.backup, session, own.length + 1) as ObjectKey
    return { key, kind, twin, next, called: new RegExp(key), workload }
  }
  const beats = (log: LogPlace) =>
    store.keys().filter((key) => key.startsWith(layout.sessions(log.backup, log.workload)))
  const beat = beats(neighbour).at(-1) as ObjectKey
  return {
    "the birth certificate": { key: "bcopy.json" as ObjectKey, called: /bcopy\.json/, workload },
    "the repository's settings": {
      key: keyOf(layout.repositorySettings, 1),
      kind: "repositorySettings",
      next: keyOf(layout.repositorySettings, 2),
      called: /settings/,
      workload,
    },
    "the job's settings": {
      key: settings(place.backup),
      kind: "backupSettings",
      twin: settings(stranger.backup),
      next: settings(place.backup, 2),
      called: /settings/,
      workload,
    },
    "the opening entry": logged(1, entry(1, neighbour)),
    "the oldest point's entry": logged(2, entry(2, stranger)),
    "the fence": logged(numberOf("fence"), entry(2)),
    "a pin": logged(numberOf("pin"), entry(numberOf("pin") + 2)),
    "the catalogue": logged(CATALOGUE, entry(CATALOGUE - 1)),
    "the newest point's entry": logged(bodies.length, entry(2)),
    "a shared data pack": await packed("dataPack", 1),
    "an older map pack": await packed("mapPack", 1),
    "the newest map pack": await packed("mapPack", -1),
    "the dead session's beat": {
      key: beat,
      kind: "sessionBeat",
      twin: beats(stranger).at(-1),
      next: beat.replace(/.$/, (digit) => String(Number(digit) + 1)) as ObjectKey,
      called: /web02/,
      workload: "web02",
    },
  }
}
