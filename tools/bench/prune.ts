import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { cpus, tmpdir, totalmem } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { diskImages } from "./disk-images.ts"
import { type Figure, isWithin, renderFigure } from "./figure.ts"
import { judgePrune } from "./judge-prune.ts"
import { measurePrune, type PruneRun } from "./measure-prune.ts"
import { linkedChain, pruneChain, type PruneChainOptions, workFolder } from "./prune-chain.ts"
import { type PruneContender, type PruneTask, prunedBcopy, prunedRestic } from "./prune-contenders.ts"

// Measures how bcopy gives space back, beside restic, on one long chain of a disk of which most points go:
// prune.ts [--quick] [--points N] [--keep N] [--images FOLDER] [--size-mib N] [--no-encryption] [--max-unused PERCENT]
//          [--rounds N] [--chain FOLDER] [--only scattered|whole] [--json FILE]
// 200 points of a 4 GiB image by default, of which 50 stay, and 3 rounds. Without --max-unused each program has its own limit:
// bcopy leaves 25 % unused beside what is in use, restic 5 % of all; a given limit means the same bytes for both. --chain keeps the chain there, or takes the one that is
// there; without it the chain itself is pruned in the last round. Exits 1 when a budget is missed; with --quick (40 points of
// 256 MiB) only by more than three times.
const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    points: { type: "string" },
    keep: { type: "string" },
    images: { type: "string" },
    "size-mib": { type: "string" },
    "no-encryption": { type: "boolean", default: false },
    "max-unused": { type: "string" },
    rounds: { type: "string", default: "3" },
    chain: { type: "string" },
    only: { type: "string" },
    json: { type: "string" },
  },
})
const leeway = values.quick ? 3 : 1
const points = whole("--points", values.points ?? (values.quick ? "40" : "200"))
const keep = whole("--keep", values.keep ?? `${Math.max(1, points >> 2)}`)
const sizeMib = whole("--size-mib", values["size-mib"] ?? (values.quick ? "256" : "4096"))
const rounds = whole("--rounds", values.rounds)
const encrypted = !values["no-encryption"]
const folder = mkdtempSync(join(tmpdir(), "bcopy-prune-"))
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130))
process.once("exit", () => rmSync(folder, { recursive: true, force: true }))

const machine = `${cpus().length} x ${cpus()[0]?.model ?? "?"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`
console.log(`machine: ${machine}`)
const figures: Figure[] = []
const runs: Record<string, readonly (readonly PruneRun[])[]> = {}
if (values.only !== "whole") await beside()
if (values.only !== "scattered") await alone()
const missed = figures.filter((figure) => !isWithin(figure, leeway))
console.log(
  missed.length === 0
    ? `\nall budgets are kept${leeway > 1 ? `, or missed by less than ${leeway} times` : ""}`
    : `\n${missed.length} missed: ${missed.map((f) => f.what).join(", ")}`,
)
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ machine, points, keep, runs, figures }, undefined, 2)}\n`)
process.exitCode = missed.length === 0 ? 0 : 1

/** A disk that changes a little everywhere: what is left over is strewn over all packs. */
async function beside(): Promise<void> {
  const images = diskImages(values.images ?? join(values.chain ?? folder, "images"), {
    sizeBytes: sizeMib * 2 ** 20,
    versions: 0,
  })
  const image = images.paths[0] as string
  const limits = values["max-unused"] === undefined ? {} : { maxUnused: values["max-unused"] }
  const chain = { points, change: "scattered", image, sizeBytes: sizeMib * 2 ** 20, encrypted } as const
  await measure(values.chain ?? join(folder, "scattered"), chain, { keep, ...limits }, rounds)
}

/** A disk that is new each time: packs of points that go are in use by nobody, and nothing is to be moved. */
async function alone(): Promise<void> {
  const chain = { points: 20, change: "whole", sizeBytes: 64 << 20, encrypted } as const
  await measure(join(folder, "whole"), chain, { keep: 5, maxUnused: "0" }, 1)
}

async function measure(home: string, chain: PruneChainOptions, task: PruneTask, times: number): Promise<void> {
  mkdirSync(home, { recursive: true })
  const work = workFolder(home)
  const restic = chain.change === "whole" ? undefined : prunedRestic(work)
  const contenders: readonly PruneContender[] = [prunedBcopy(work, { encrypted }), ...(restic ? [restic] : [])]
  if (restic === undefined && chain.change !== "whole") console.log("restic is not installed: nothing stands beside")
  const disk = `${chain.sizeBytes / 2 ** 20} MiB, changed ${chain.change === "whole" ? "as a whole" : "here and there"}`
  console.log(`\n${chain.points} points of a disk of ${disk}; ${task.keep} stay; medians of ${times} rounds`)
  console.log(
    task.maxUnused === undefined ? "unused bytes: each program's own limit" : `unused bytes: ${task.maxUnused} %`,
  )
  for (const { name, version } of contenders) console.log(`${name}: ${version}`)
  const startMs = performance.now()
  const made = await pruneChain(home, chain, contenders)
  console.log(`made or found after ${((performance.now() - startMs) / 1000).toFixed(0)} s\n`)
  const measured: (readonly PruneRun[])[] = []
  for (let round = 0; round < times; round++) {
    if (round === times - 1 && values.chain === undefined) renameSync(made, work)
    else linkedChain(home, made)
    // Neither always comes first.
    measured.push(await measurePrune(round % 2 === 0 ? contenders : contenders.toReversed(), task))
    rmSync(work, { recursive: true })
  }
  runs[chain.change] = measured
  const found = judgePrune(measured, chain.change)
  figures.push(...found)
  for (const figure of found) console.log(renderFigure(figure))
}

function whole(option: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`${option} takes whole numbers from 1 on`)
  return value
}
