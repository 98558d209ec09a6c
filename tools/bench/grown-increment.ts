import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { setFlagsFromString } from "node:v8"
import { DEFAULT_BLOCK_BYTES } from "@bcopy/chain-format"
import { backUp, createRepository, openRepository, systemClock } from "@bcopy/copy-engine"
import { withCount } from "@bcopy/repo"
import { folderStore } from "@bcopy/repo-fs"
import type { Source } from "@bcopy/source"
import { changingSource, type Run, runsOf } from "../../packages/copy-engine/src/testing/changing-source.ts"
import type { GrownTask, GrownWork } from "./grown-work.ts"

// Makes a repository, or brings one increment into it, and prints what that took as JSON:
// grown-increment.ts FOLDER begin|increment TASK-AS-JSON
const [path = "", what, json = ""] = process.argv.slice(2)
const task = JSON.parse(json) as GrownTask
const seams = { clock: systemClock, random: (count: number) => Uint8Array.from(randomBytes(count)) }
const { store, counts } = withCount(folderStore({ path }))
const blocks = task.sizeBytes / DEFAULT_BLOCK_BYTES
const stride = Math.floor(blocks / task.filledBlocks)
const last = task.workloads - 1

// As the program does.
setFlagsFromString("--semi-space-growth-factor=1")

// Made once: what the source leaves to be collected would count as the engine's memory.
const noise = randomBytes(1 << 20)

let ms = 0
if (what === "begin") {
  await createRepository(store, seams, { encryption: "none" })
  for (let workload = 0; workload < task.workloads; workload++) await bring(workload, [])
  for (let point = 1; point < task.points; point++) await bring(last, scattered())
} else {
  const startMs = performance.now()
  await bring(last, scattered())
  ms = performance.now() - startMs
}
const requests = Object.values(counts.requests).reduce((sum, count) => sum + count, 0)
const [, peakKib = 0] = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.map(Number) ?? []
console.log(JSON.stringify({ ms, requests, storedBytes: counts.bytesWritten, peakKib } satisfies GrownWork))

async function bring(workload: number, changed: readonly Run[]): Promise<void> {
  const repository = await openRepository(store, seams)
  await backUp(repository, {
    source: source(workload, changed),
    job: "nightly",
    workload: `machine ${workload}`,
    level: 1,
  })
}

/** Blocks of noise, each an island in zeros; a changed one is other noise. */
function source(workload: number, changed: readonly Run[]): Source {
  const filled = Array.from({ length: task.filledBlocks }, (_, at) => ({ first: at * stride, count: 1 }))
  const fill = (_: number, into: Uint8Array) => {
    const at = Math.floor(Math.random() * (noise.length - into.length))
    into.set(noise.subarray(at, at + into.length))
  }
  return changingSource({ workload: `machine ${workload}`, sizeBytes: task.sizeBytes, filled, changed, fill })
}

function scattered(): readonly Run[] {
  const islands = new Set<number>()
  while (islands.size < task.changedBlocks) islands.add(Math.floor(Math.random() * task.filledBlocks) * stride)
  return runsOf(islands)
}
