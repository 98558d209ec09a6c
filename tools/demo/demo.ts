import { createHash, randomBytes } from "node:crypto"
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { styleText } from "node:util"
import { bcopy, bcopyJson } from "./bcopy-process.ts"
import {
  changeDisk,
  cloneDisk,
  type DemoDisk,
  gatherFiles,
  hasFileSystemTools,
  isInOrder,
  makeExt4,
  makeSynthetic,
} from "./make-disks.ts"
import type { OffsitePlace } from "./offsite-bucket.ts"

// The story of bcopy in a minute: two machines are backed up on two days, their points are copied to a second
// repository, the first one is lost with the machines, and everything comes back, byte by byte.
// `--synthetic` makes disks without file systems, as where mke2fs is not installed. `--s3` has the second repository in a
// bucket: that of BCOPY_TEST_S3_URL, or of an S3 server that the demo starts. `--built` has the built program run in place of its sources.
const MIB = 1 << 20
const folder = mkdtempSync(join(tmpdir(), "bcopy-demo-"))
const at = (...names: string[]) => join(folder, ...names)
const startMs = performance.now()

// The program that is running is told as well, and ends by itself; then so does the demo.
process.on("SIGINT", () => undefined)
try {
  const offsite = await chooseOffsite()
  try {
    await tell(offsite)
  } finally {
    for (const left of await offsite.clear()) console.log(`stays: ${left}`)
  }
} catch (error) {
  console.error(`\n${styleText("red", "the demo failed:", { stream: process.stderr })} ${(error as Error).message}`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** A folder beside the first one, which goes with all others; or a bucket. */
async function chooseOffsite(): Promise<OffsitePlace> {
  if (!process.argv.includes("--s3")) return { repo: "offsite", clear: async () => [] }
  const { offsiteBucket } = await import("./offsite-bucket.ts")
  return offsiteBucket()
}

async function tell({ repo, described }: OffsitePlace): Promise<void> {
  chapter("Two machines from one template, three disks")
  const disks = makeDisks()
  for (const [name, { sizeMib, ext4 }] of Object.entries(disks))
    say(`${name}  ${sizeMib} MiB, ${ext4 ? "an ext4 file system" : "records and noise"}`)

  chapter("The first night: everything is new")
  await bcopy(folder, "init", "--repo", "local", "--no-encryption")
  await backUpAll()
  const firstNight = await digests(disks)

  chapter("The second night: only what changed")
  for (const disk of Object.values(disks)) changeDisk(disk, "second-day", folder)
  await backUpAll()
  const secondNight = await digests(disks)

  chapter("A copy in another place")
  if (described !== undefined) say(described)
  writeFileSync(at("offsite.pw"), `${randomBytes(16).toString("base64url")}\n`, { mode: 0o600 })
  const key = ["--password-file", "offsite.pw"]
  await bcopy(folder, "init", "--repo", repo, ...key, "--recovery-kit", "offsite-kit.txt")
  await bcopy(folder, "copy", "--from", "local", "--to", repo, "--select", "all", ...key)
  await bcopy(folder, "copy", "--from", "local", "--to", repo, "--select", "all", ...key)

  chapter("The fire: machines and first repository are gone")
  for (const name of ["local", ...Object.keys(disks)]) {
    console.log(`${styleText("dim", "$")} ${styleText("cyan", `rm -rf ${name}`)}`)
    rmSync(at(name), { recursive: true })
  }

  chapter("What is left is the copy")
  await bcopy(folder, "verify", "--repo", repo, "--all", "--read-data", ...key)
  await bcopy(folder, "points", "--repo", repo, ...key)
  await bcopy(folder, "restore", "--repo", repo, "--workload", "web01", "--output", "web01-sda.raw", ...key)
  await bcopy(folder, "restore", "--repo", repo, "--workload", "db01", "--output", "db01", ...key)
  const { points } = (await bcopyJson(folder, "points", "--repo", repo, "--workload", "web01", ...key)) as Points
  const older = points[0]?.point.slice(0, 8) ?? "none"
  await bcopy(
    folder,
    "restore",
    "--repo",
    repo,
    "--workload",
    "web01",
    "--point",
    older,
    "--output",
    "web01-first-night.raw",
    "--recovery-kit",
    "offsite-kit.txt",
  )

  chapter("Is it the same?")
  const [web = fail(), system = fail(), data = fail()] = Object.keys(disks)
  const same = [
    await compare("web01, second night", secondNight[web], "web01-sda.raw", disks[web]),
    await compare("web01, first night", firstNight[web], "web01-first-night.raw", disks[web]),
    await compare("db01 system, second night", secondNight[system], "db01/sda.raw", disks[system]),
    await compare("db01 data, second night", secondNight[data], "db01/sdb.raw", disks[data]),
  ]
  if (same.includes(false)) throw new Error("what was restored is not what was backed up")
  await sumUp(repo, ...key)

  async function backUpAll(): Promise<void> {
    const backup = ["backup", "--repo", "local", "--job", "nightly", "--workload"]
    await bcopy(folder, ...backup, "web01", "sda=web01-sda.raw")
    await bcopy(folder, ...backup, "db01", "sda=db01-sda.raw", "sdb=db01-sdb.raw")
  }
}

interface Points {
  readonly points: readonly {
    readonly point: string
    readonly storedBytes: number
    readonly disks: readonly { readonly bytes: number }[]
  }[]
}

/** The disks by the names of their images: two system disks from one template, and one of data. */
function makeDisks(): Readonly<Record<string, DemoDisk>> {
  const web = makeSystemDisk(at("web01-sda.raw"), 96)
  return {
    "web01-sda.raw": web,
    "db01-sda.raw": cloneDisk(web, at("db01-sda.raw"), folder),
    "db01-sdb.raw": makeSynthetic(at("db01-sdb.raw"), 32),
  }
}

function makeSystemDisk(path: string, sizeMib: number): DemoDisk {
  if (process.argv.includes("--synthetic") || !hasFileSystemTools()) return makeSynthetic(path, sizeMib)
  gatherFiles(join(import.meta.dirname, "../../node_modules"), at("files"), (sizeMib / 2) * MIB)
  const disk = makeExt4(path, at("files"), sizeMib)
  rmSync(at("files"), { recursive: true })
  return disk
}

async function digests(disks: Readonly<Record<string, DemoDisk>>): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  for (const [name, { path }] of Object.entries(disks)) found[name] = await digestOf(path)
  return found
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256")
  await pipeline(createReadStream(path), hash)
  return hash.digest("hex")
}

async function compare(
  what: string,
  wanted: string | undefined,
  name: string,
  disk: DemoDisk | undefined,
): Promise<boolean> {
  const found = await digestOf(at(name))
  const same = found === wanted && disk !== undefined && isInOrder(disk, at(name))
  const checked = disk?.ext4 === true ? ", and e2fsck finds it in order" : ""
  if (same) say(`${styleText("green", "✓")} ${what}: the same, byte by byte (sha256 ${found.slice(0, 12)}…)${checked}`)
  else say(`${styleText("red", "✗")} ${what}: ${found} is not ${wanted}, or its file system is not in order`)
  return same
}

async function sumUp(...repo: readonly string[]): Promise<void> {
  const { points } = (await bcopyJson(folder, "points", "--repo", ...repo)) as Points
  const whole = points.reduce((sum, { disks }) => sum + disks.reduce((size, { bytes }) => size + bytes, 0), 0)
  const stored = points.reduce((sum, { storedBytes }) => sum + storedBytes, 0)
  const mib = (bytes: number) => `${(bytes / MIB).toFixed(0)} MiB`
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0)
  console.log(
    `\n${styleText("bold", `${points.length} restore points, ${mib(whole)} of disks, in ${mib(stored)}. All of it in ${seconds} s.`)}`,
  )
}

function chapter(title: string): void {
  console.log(`\n${styleText("bold", `── ${title} ${"─".repeat(Math.max(0, 70 - title.length))}`)}`)
}

function say(text: string): void {
  console.log(`  ${text}`)
}

function fail(): never {
  throw new Error("the demo has three disks")
}
