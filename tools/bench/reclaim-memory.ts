import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { setFlagsFromString } from "node:v8"
import { backupIdOf } from "@bcopy/chain-format"
import { openRepository, reclaim, type ReclaimedOfBackup, systemClock } from "@bcopy/copy-engine"
import { withCount } from "@bcopy/repo"
import { folderStore } from "@bcopy/repo-fs"
import { storedBytes } from "../proof/stored-bytes.ts"
import { PEAK_MIB } from "./budgets.ts"
import { type Figure, isWithin, renderFigure } from "./figure.ts"
import { inventedPacks } from "./invented-packs.ts"
import { dataPacks, JOB, PACK_BYTES, type ReclaimScale, scaleOf } from "./reclaim-scale.ts"

/** What one process took. */
interface ReclaimWork {
  readonly ms: number
  readonly peakKib: number
  readonly requests: number
  readonly deleted: number
  readonly backup: ReclaimedOfBackup
}

// Plans, then gives back, the space of half of the points of a large repository of which only metadata is there, and holds
// the memory of both against the budget; with the packages as they are built, as users have them:
// reclaim-memory.ts [--tib N] [--daily PERCENT] [--folder FOLDER] [--plan-only]
// 100 TiB by default: 1000 machines, of which 0.42 % are new every day. --folder makes the repository there and leaves it, or plans with the one that is there.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tib: { type: "string", default: "100" },
    daily: { type: "string", default: "0.42" },
    folder: { type: "string" },
    "plan-only": { type: "boolean", default: false },
  },
})
if (positionals.length === 0) measure()
else await work(positionals)

function measure(): void {
  const scale = scaleOf(Number(values.tib), Number(values.daily))
  const home = values.folder ?? mkdtempSync(join(tmpdir(), "bcopy-reclaim-"))
  const { all } = dataPacks(scale)
  mkdirSync(home, { recursive: true })
  try {
    if (statSync(join(home, "bcopy.json"), { throwIfNoEntry: false }) === undefined) {
      const startMs = performance.now()
      runChild("make-reclaim-repository.ts", [home, JSON.stringify(scale)])
      console.log(`made in ${((performance.now() - startMs) / 1000).toFixed(0)} s`)
    }
    console.log(
      `${scale.workloads} workloads of ${scale.points} points, ${scale.removed} of them removed; ${all} data packs, ${((all * PACK_BYTES) / 2 ** 40).toFixed(1)} TiB; ${(storedBytes(home) / 2 ** 20).toFixed(0)} MiB of metadata\n`,
    )
    let missed = 0
    for (const how of values["plan-only"] ? ["plan"] : ["plan", "reclaim"])
      for (const figure of figuresOf(
        how,
        JSON.parse(runChild("reclaim-memory.ts", [how, home, JSON.stringify(scale)])),
      )) {
        console.log(renderFigure(figure))
        if (!isWithin(figure)) missed++
      }
    process.exitCode = missed > 0 ? 1 : 0
  } finally {
    if (values.folder === undefined) rmSync(home, { recursive: true })
  }
}

function figuresOf(how: string, { ms, peakKib, requests, deleted, backup }: ReclaimWork): readonly Figure[] {
  const what = (name: string) => `${how}: ${name}`
  return [
    { what: what("peak memory"), found: peakKib / 1024, unit: "MiB", limit: PEAK_MIB },
    { what: what("time"), found: ms / 1000, unit: "s" },
    { what: what("requests"), found: requests, unit: "requests" },
    {
      what: what("packs that nothing needs"),
      found: backup.packs,
      unit: "packs",
      detail: `${deleted} data packs deleted`,
    },
    { what: what("to be written anew"), found: backup.emptied, unit: "packs" },
  ]
}

function runChild(script: string, args: readonly string[]): string {
  const command = [join(import.meta.dirname, script), ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" })
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`)
  return stdout
}

/** As the child: plan or reclaim, the folder, the scale. */
async function work([how, path = "", json = ""]: readonly string[]): Promise<void> {
  // As the program does.
  setFlagsFromString("--semi-space-growth-factor=1")
  const scale = JSON.parse(json) as ReclaimScale
  const seams = { clock: systemClock, random: (count: number) => Uint8Array.from(randomBytes(count)) }
  const folder = folderStore({ path })
  const { view } = await openRepository(folder, seams)
  const storedAtMs = statSync(join(path, "bcopy.json")).mtimeMs
  const invented = inventedPacks(folder, scale, { backup: backupIdOf(view.idMac, JOB), storedAtMs })
  const { store, counts } = withCount(invented.store)
  const repository = await openRepository(store, seams)
  const startMs = performance.now()
  const { backups, failed } = await reclaim(repository, { dryRun: how === "plan" })
  for (const { error } of failed) throw error
  const [, peakKib = 0] = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.map(Number) ?? []
  const said: ReclaimWork = {
    ms: performance.now() - startMs,
    peakKib,
    requests: Object.values(counts.requests).reduce((sum, count) => sum + count, 0),
    deleted: invented.deleted.packs,
    backup: backups[0] as ReclaimedOfBackup,
  }
  console.log(JSON.stringify(said))
}
