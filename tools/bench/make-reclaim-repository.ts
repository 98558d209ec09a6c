import { randomBytes } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import {
  backupIdOf,
  emptyLog,
  layout,
  type LogState,
  type Manifest,
  type MapPackRef,
  mapPackWriter,
  packBufferBytes,
  randomId,
  workloadIdOf,
} from "@bcopy/chain-format"
import { createRepository, openRepository, removePoints, type Repository, systemClock } from "@bcopy/copy-engine"
import { parseObjectKey, type RepoStore } from "@bcopy/repo"
import { folderStore } from "@bcopy/repo-fs"
import { appendLogEntry } from "../../packages/copy-engine/src/append-log-entry.ts"
import { ensureBackup } from "../../packages/copy-engine/src/ensure-backup.ts"
import { InventedTable } from "./invented-table.ts"
import { JOB, MAP_NUMBER, PACK_BYTES, packsOfPoint, type ReclaimScale, sessionOf } from "./reclaim-scale.ts"

// Makes the metadata of a large repository in a folder: logs, manifests, map packs with pack tables. Blocks and their maps
// are left out, since giving space back reads neither unless it moves something:
// make-reclaim-repository.ts FOLDER SCALE-AS-JSON
const DAY_MS = 24 * 60 * 60_000
const MAP_PACK_BYTES = 8 << 20
const [path = "", json = ""] = process.argv.slice(2)
const scale = JSON.parse(json) as ReclaimScale
const seams = { clock: systemClock, random: (count: number) => Uint8Array.from(randomBytes(count)) }
const store = unsynced(path)
const made = await createRepository(store, seams, { encryption: "none" })
await ensureBackup(made, JOB)
const repository = await openRepository(store, seams)
const buffer = new Uint8Array(packBufferBytes(MAP_PACK_BYTES))
for (let workload = 0; workload < scale.workloads; workload++) await makeWorkload(workload)

async function makeWorkload(workload: number): Promise<void> {
  const { view } = repository
  const backup = backupIdOf(view.idMac, JOB)
  const name = `machine ${workload}`
  const place = { backup, workload: workloadIdOf(view.idMac, backup, name) }
  const table = new InventedTable(scale, workload)
  const refs: MapPackRef[] = []
  let state: LogState = emptyLog({ id: place.workload, name })
  const append = async (session: Manifest["session"], body: Parameters<typeof bodyOf>[0]) => {
    const readAtMs = repository.storeTime.now()
    ;({ state } = await appendLogEntry(repository, { place, state, readAtMs, session, decide: bodyOf(body) }))
  }
  for (let point = 0; point < scale.points; point++) {
    const session = sessionOf(workload, point)
    if (point === 0) await append(session, { kind: "opened" })
    const objectKey = layout.pack(backup, session, MAP_NUMBER)
    const { suite, codec } = view
    const writer = mapPackWriter({ suite, codec, level: 1, objectKey, packBytes: MAP_PACK_BYTES, buffer })
    const top = table.addPoint(point, point, writer)
    const bytes = writer.finish()
    await store.create(parseObjectKey(objectKey), bytes)
    refs.push({ pack: point, session, number: MAP_NUMBER, hint: writer.hint, storedBytes: bytes.length, liveBytes: 0 })
    const mapPacks = refs.flatMap((ref) => {
      const liveBytes = table.liveBytes.get(ref.pack) ?? 0
      return liveBytes > 0 ? [{ ...ref, liveBytes }] : []
    })
    const trees = { table: top, nextPack: table.nextPack, mapPacks, nextMapPack: point + 1 }
    await append(session, { kind: "point", manifest: { ...manifestOf(repository, state, point, session), ...trees } })
  }
  const entries = state.points.slice(0, scale.removed).map(({ entry }) => entry)
  await removePoints(repository, { job: JOB, place, state }, entries, { undoMs: 0 })
}

function bodyOf(body: { readonly kind: "opened" } | { readonly kind: "point"; readonly manifest: Manifest }) {
  return () => body
}

function manifestOf({ view, storeTime }: Repository, state: LogState, point: number, session: Manifest["session"]) {
  const id = randomId<"point">(randomBytes(16))
  const last = state.points.at(-1)
  const nowMs = Math.floor(storeTime.now())
  return {
    blockBytes: 64 << 10,
    disks: [{ name: "disk", sizeBytes: scale.fullPacks * PACK_BYTES, contentRoot: randomBytes(32).toString("hex") }],
    point: id,
    session,
    seq: point + 1,
    platform: "generic",
    kind: last === undefined ? "full" : "increment",
    ...(last !== undefined && { parent: { entry: last.entry, point: last.point } }),
    createdAtMs: nowMs - (scale.points - point) * DAY_MS,
    committedAtMs: nowMs,
    origin: { repository: view.repository, point: id },
    hops: 0,
    consistency: "crash",
    gfs: [],
    storedBytes: packsOfPoint(scale, point) * PACK_BYTES,
  } satisfies Partial<Manifest>
}

/** A folder whose files need not outlive a power cut: tens of thousands are made. */
function unsynced(folder: string): RepoStore {
  const synced = folderStore({ path: folder })
  return {
    ...synced,
    async create(key, bytes) {
      const file = join(folder, key)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, bytes, { flag: "wx" })
      return { created: true, dateMs: Date.now() }
    },
  }
}
