import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, tmpdir, totalmem } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { bcopyContender } from "./bcopy-contender.ts"
import { type Contender, versionOf } from "./contender.ts"
import { countRequests } from "./count-requests.ts"
import { diskImages } from "./disk-images.ts"
import { type Figure, isWithin, renderFigure } from "./figure.ts"
import { growth } from "./growth.ts"
import { judgeRounds, renderRuns } from "./judge-rounds.ts"
import { measureRound, type Round } from "./measure-round.ts"
import { peers } from "./peers.ts"

// Measures bcopy beside its peers on disk images, and an increment as everything around it grows:
// bench.ts [--quick] [--rounds N] [--size-mib N] [--images FOLDER] [--only images|growth] [--json FILE]
// 4 GiB images and 3 rounds by default. Exits 1 when a budget is missed; with --quick (512 MiB) only by more
// than three times: starting and opening keys cost the same, and weigh eight times as much.
const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    "size-mib": { type: "string" },
    images: { type: "string" },
    only: { type: "string" },
    json: { type: "string" },
  },
})
/** Small images are mostly the start of the programs, and machines are shared. */
const leeway = values.quick ? 3 : 1
const sizeMib = Number(values["size-mib"] ?? (values.quick ? 512 : 4096))
const rounds = Number(values.rounds)
if (!Number.isInteger(sizeMib) || sizeMib < 1 || !Number.isInteger(rounds) || rounds < 1)
  throw new Error("--size-mib and --rounds take whole numbers from 1 on")
const folder = mkdtempSync(join(tmpdir(), "bcopy-bench-"))
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130))
process.once("exit", () => rmSync(folder, { recursive: true, force: true }))

const machine = `${cpus().length} x ${cpus()[0]?.model ?? "?"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`
console.log(`machine: ${machine}`)
const figures: Figure[] = []
const measured: Round[] = []
let versions: Readonly<Record<string, string>> = {}
if (values.only !== "growth") await measureImages()
if (values.only !== "images") await measureGrowth()
const missed = figures.filter((figure) => !isWithin(figure, leeway))
console.log(
  missed.length === 0
    ? `\nall ${figures.filter(({ limit }) => limit !== undefined).length} budgets are kept${leeway > 1 ? `, or missed by less than ${leeway} times` : ""}`
    : `\n${missed.length} budgets are missed: ${missed.map(({ what }) => what).join(", ")}`,
)
if (values.json !== undefined)
  writeFileSync(
    values.json,
    `${JSON.stringify({ machine, versions, sizeMib, rounds: measured, figures }, undefined, 2)}\n`,
  )
process.exitCode = missed.length === 0 ? 0 : 1

async function measureImages(): Promise<void> {
  const images = diskImages(values.images ?? join(folder, "images"), { sizeBytes: sizeMib * 2 ** 20, versions: 4 })
  const found = peers(folder)
  const missing = found.flatMap((peer) => ("missing" in peer ? [peer.missing] : []))
  if (versionOf(["time", "--version"]) === undefined) missing.push("time")
  if (missing.length > 0) console.log(`not installed, and so not measured beside: apt-get install ${missing.join(" ")}`)
  if (missing.includes("time") || (process.env["CI"] === "true" && missing.length > 0))
    throw new Error(`the bench needs ${missing.join(", ")}`)
  const contenders = (work: string): readonly Contender[] => [
    ...peers(work).flatMap((peer) => ("missing" in peer ? [] : [peer])),
    bcopyContender(work),
  ]
  versions = Object.fromEntries(contenders(folder).map(({ name, version }) => [name, version]))
  for (const [name, version] of Object.entries(versions)) console.log(`${name}: ${version}`)
  console.log(`\n${images.paths.length} ${images.kind} images of ${sizeMib} MiB, medians of ${rounds} rounds\n`)
  for (let round = 0; round < rounds; round++) measured.push(await measureRound(folder, images.paths, contenders))
  console.log(renderRuns(measured).join("\n"))
  console.log()
  tell([...judgeRounds(measured), ...(await countRequests(folder, images.paths))])
}

async function measureGrowth(): Promise<void> {
  console.log("\nan increment, as everything around it grows ten times:\n")
  for await (const found of growth(folder, { quick: values.quick })) tell(found)
}

function tell(found: readonly Figure[]): void {
  figures.push(...found)
  for (const figure of found) console.log(renderFigure(figure))
}
