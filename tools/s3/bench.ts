import { execFileSync } from "node:child_process"
import { linkSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { diskImages } from "../bench/disk-images.ts"
import { settleDisk } from "../bench/measure-round.ts"
import { makeBuckets } from "./buckets.ts"
import { startGateway } from "./gateway.ts"
import { measureThroughput } from "./throughput.ts"

// Measures bcopy beside restic on one Ceph gateway, and the adapter beside the SDK alone:
// bench.ts [--rounds N] [--size-mib N] [--images FOLDER]. Needs the built program, restic, and what `npm run ceph` needs.
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    "size-mib": { type: "string", default: "4096" },
    images: { type: "string" },
  },
})
const rounds = Number(values.rounds)
const folder = mkdtempSync(join(tmpdir(), "bcopy-s3-bench-"))
const gateway = await startGateway({ store: "bluestore", storeGib: 40 })
console.log(gateway.version)
const environment = {
  ...process.env,
  AWS_ENDPOINT_URL_S3: gateway.endpoint,
  AWS_ACCESS_KEY_ID: gateway.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: gateway.credentials.secretAccessKey,
  RESTIC_PASSWORD: "x",
  BCOPY_PASSWORD: "x",
  BCOPY_CONFIG_DIR: join(folder, "config"),
  BCOPY_CACHE_DIR: join(folder, "cache-bcopy"),
  RESTIC_CACHE_DIR: join(folder, "cache"),
}
const program = join(import.meta.dirname, "../../packages/cli/dist/main.js")

function run(command: readonly string[]): number {
  const [file = "", ...args] = command
  settleDisk()
  const startMs = performance.now()
  execFileSync(file, args, { env: environment, cwd: folder, stdio: ["ignore", "ignore", "pipe"] })
  return (performance.now() - startMs) / 1000
}

/** Seconds of each step, round by round. */
const seconds: Record<string, number[]> = {}
const note = (step: string, took: number) => (seconds[step] ??= []).push(took)
const median = (step: string) => (seconds[step] ?? []).toSorted((a, b) => a - b)[(rounds - 1) >> 1] ?? Number.NaN

try {
  await makeBuckets(gateway)
  const sizeBytes = Number(values["size-mib"]) * 2 ** 20
  const { paths } = diskImages(values.images ?? join(folder, "images"), { sizeBytes, versions: 1 })
  for (let round = 0; round < rounds; round++) measure(round, paths)
  const budgets = { full: 0.55, next: 0.35, restore: 0.7, verify: 0.75 }
  for (const [step, budget] of Object.entries(budgets)) {
    const [ours, theirs] = [median(`bcopy ${step}`), median(`restic ${step}`)]
    const ratio = ours / theirs
    console.log(
      `${ratio <= budget ? "ok  " : "MISS"}  ${step.padEnd(8)} ${ratio.toFixed(2)} x restic, at most ${budget}  ${ours.toFixed(2)} s beside ${theirs.toFixed(2)} s`,
    )
  }
  for (const concurrent of [2, 4]) {
    const ratios: number[] = []
    for (let round = 0; round < rounds; round++) {
      const { sdk, adapter } = await measureThroughput(gateway, round * 10 + concurrent, concurrent)
      ratios.push(adapter / sdk)
    }
    const ratio = ratios.toSorted((a, b) => a - b)[(rounds - 1) >> 1] ?? Number.NaN
    console.log(
      `${ratio >= 0.85 ? "ok  " : "MISS"}  PUT, ${concurrent} at once: ${ratio.toFixed(2)} x the SDK alone, at least 0.85`,
    )
  }
} finally {
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
}

function measure(round: number, images: readonly string[]): void {
  const restic = ["restic", "-q", "-r", `s3:${gateway.endpoint}/plain/restic-${round}`]
  const repo = `s3://plain/bcopy-${round}`
  const bcopy = (...args: readonly string[]) => [process.execPath, program, ...args]
  const source = join(folder, "disk.raw")
  run([...restic, "init", "--repository-version", "2"])
  run(bcopy("init", "--repo", repo, "--no-recovery-kit"))
  for (const [index, step] of (["full", "next"] as const).entries()) {
    rmSync(source, { force: true })
    linkSync(images[index] as string, source)
    note(`restic ${step}`, run([...restic, "backup", source]))
    note(`bcopy ${step}`, run(bcopy("backup", "--repo", repo, "--job", "j", "--workload", "w", `disk=${source}`)))
  }
  const out = join(folder, "out")
  mkdirSync(out)
  note("restic restore", run([...restic, "restore", "latest", "--target", join(out, "restic")]))
  rmSync(join(out, "restic"), { recursive: true })
  note("bcopy restore", run(bcopy("restore", "--repo", repo, "--workload", "w", "--output", join(out, "disk.raw"))))
  rmSync(out, { recursive: true })
  note("restic verify", run([...restic, "check", "--read-data"]))
  note("bcopy verify", run(bcopy("verify", "--repo", repo, "--all", "--read-data")))
}
