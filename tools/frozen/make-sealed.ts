import { randomBytes } from "node:crypto"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import {
  acceptPolicy,
  backUp,
  createRepository,
  type KeyAccess,
  listPoints,
  openRepository,
  rewriteKeys,
  rotateKeys,
  systemClock,
} from "@bcopy/copy-engine"
import { newX25519Pair } from "@bcopy/crypto"
import { folderStore } from "@bcopy/repo-fs"
import { frozenSha256 } from "./frozen-disk.ts"
import { frozenSource } from "./frozen-source.ts"

// Writes an encrypted repository of format 1 anew: opened by a password or the kit beside it, rotated once, some of it
// sealed anew. No two makings are the same bytes. README.md says when that may be done.
const folder = join(import.meta.dirname, "../../packages/copy-engine/testdata/frozen")
const path = join(folder, "format-1-sealed")
rmSync(path, { recursive: true, force: true })
mkdirSync(path, { recursive: true })

const password = "frozen for ever"
const kit = newX25519Pair()
const keys: KeyAccess = {
  given: true,
  async *secrets() {
    yield { type: "password", password }
  },
}
const seams = { clock: systemClock, random: (count: number) => Uint8Array.from(randomBytes(count)) }
const store = folderStore({ path })
// The least that a writer may use: the tests open it many times.
const parameters = { memoryKiB: 47 << 10, passes: 1, lanes: 1 }
await createRepository(store, seams, {
  packBytes: 8 << 20,
  passport: { kind: "folder" },
  encryption: {
    keys,
    slots: [
      { holder: { type: "password", password, parameters }, label: "first", hint: "cold" },
      { holder: { type: "recovery", publicKey: kit.publicKey } },
    ],
  },
})
const open = () => openRepository(store, seams, { keys })
const job = "nightly"
const policy = { zone: "UTC", days: 7, weekly: { keep: 4, day: "saturday" as const } }
await acceptPolicy(await open(), { job, policy })
const sums = new Map<string, string>()
const bring = async (workload: string, generation: number) => {
  const disk = { name: "sda", sizeBytes: 300_001, seed: 10 * workload.length + generation }
  const createdAtMs = Date.UTC(2025, 0, 4 + generation)
  const source = frozenSource({ workload, platform: "generic", disks: [disk], generation, createdAtMs })
  const { point = "" } = await backUp(await open(), { source, job, workload, movers: 0 })
  sums.set(point, frozenSha256(disk, generation))
}
await bring("web", 1)
await bring("web", 2)
await bring("db", 3)
await rotateKeys(await open(), { password: { old: password, new: password }, dropOthers: false })
await bring("web", 4)
await rewriteKeys(await open(), { job, workload: "web" })
await bring("db", 5)

const points = []
for await (const { workload, summary } of listPoints(await open()))
  points.push({ workload, point: summary.point, seq: summary.seq, sha256: sums.get(summary.point) })
const expected = {
  repository: (await open()).birth.repository,
  password,
  recoveryKey: Buffer.from(kit.privateKey).toString("hex"),
  points,
}
writeFileSync(join(folder, "format-1-sealed.json"), `${JSON.stringify(expected, undefined, 2)}\n`)
console.log(`frozen: ${points.length} points`)
