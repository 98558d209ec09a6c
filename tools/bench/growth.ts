import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { GROWTH, PEAK_MIB } from "./budgets.ts"
import { type Figure, median } from "./figure.ts"
import type { GrownTask, GrownWork } from "./grown-work.ts"

const GIB = 2 ** 30
/** Increments measured at each size. */
const TIMES = 3

interface GrowthCase {
  readonly what: string
  readonly sizes: readonly [GrownTask, GrownTask]
  readonly named: readonly [string, string]
}

function cases(quick: boolean): readonly GrowthCase[] {
  const usual = { sizeBytes: GIB, filledBlocks: 2048, changedBlocks: 32, points: 1, workloads: 1 }
  const [small, large] = quick ? [160, 1600] : [1638, 16_384]
  const islands = quick ? 2048 : 16384
  const points = quick ? 5 : 100
  const workloads = quick ? 5 : 100
  return [
    {
      what: "disk",
      named: [`${small} GiB`, `${large} GiB`],
      sizes: [
        { ...usual, sizeBytes: small * GIB, filledBlocks: islands, changedBlocks: 256 },
        { ...usual, sizeBytes: large * GIB, filledBlocks: islands, changedBlocks: 256 },
      ],
    },
    {
      what: "chain",
      named: [`${points} points`, `${10 * points} points`],
      sizes: [
        { ...usual, points },
        { ...usual, points: 10 * points },
      ],
    },
    {
      what: "repository",
      named: [`${workloads} workloads`, `${10 * workloads} workloads`],
      sizes: [
        { ...usual, filledBlocks: 64, changedBlocks: 16, workloads },
        { ...usual, filledBlocks: 64, changedBlocks: 16, workloads: 10 * workloads },
      ],
    },
  ]
}

/** What becomes of an increment's time, requests and memory when disk, chain or repository are ten times as large. */
export async function* growth(
  folder: string,
  { quick }: { readonly quick: boolean },
): AsyncIterable<readonly Figure[]> {
  for (const { what, sizes, named } of cases(quick)) {
    const [small, large] = sizes.map((task) => measure(folder, task)) as [Grown, Grown]
    const ratio = (of: (grown: Grown) => number, unit: string, digits = 0): Omit<Figure, "what"> => ({
      found: of(large) / of(small),
      unit: "x",
      limit: GROWTH,
      detail: `${of(small).toFixed(digits)} -> ${of(large).toFixed(digits)} ${unit}, ${named.join(" -> ")}`,
    })
    yield [
      { what: `${what}: an increment's time`, ...ratio(({ ms }) => ms, "ms") },
      { what: `${what}: its requests`, ...ratio(({ requests }) => requests, "requests") },
      { what: `${what}: bytes it stores`, ...ratio(({ storedBytes }) => storedBytes / 2 ** 10, "KiB") },
      ...(what === "disk" ? [peak("disk: peak memory of a full", large.fullPeakKib, named[1])] : []),
      peak(`${what}: peak memory of an increment`, large.peakKib, named[1]),
    ]
  }
}

function peak(what: string, kib: number, detail: string): Figure {
  return { what, found: kib / 1024, unit: "MiB", limit: PEAK_MIB, detail }
}

interface Grown {
  readonly ms: number
  readonly requests: number
  readonly storedBytes: number
  readonly peakKib: number
  readonly fullPeakKib: number
}

function measure(folder: string, task: GrownTask): Grown {
  const path = mkdtempSync(join(folder, "growth-"))
  try {
    const begun = runChild(path, task, "begin")
    const runs = Array.from({ length: TIMES }, () => runChild(path, task, "increment"))
    const of = (value: (run: GrownWork) => number) => median(runs.map(value))
    return {
      ms: of(({ ms }) => ms),
      requests: of(({ requests }) => requests),
      storedBytes: of(({ storedBytes }) => storedBytes),
      peakKib: of(({ peakKib }) => peakKib),
      fullPeakKib: begun.peakKib,
    }
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

/** In a process of its own, so that its memory is its own; with the packages as they are built, as users have them. */
function runChild(path: string, task: GrownTask, what: "begin" | "increment"): GrownWork {
  const script = join(import.meta.dirname, "grown-increment.ts")
  const args = [script, path, what, JSON.stringify(task)]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" })
  if (status !== 0) throw new Error(`${what} of ${JSON.stringify(task)} failed: ${stderr}`)
  return JSON.parse(stdout) as GrownWork
}
