import { spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { syntheticImages } from "../bench/synthetic-images.ts"
import { runBcopy } from "../proof/run-bcopy.ts"

const SCRIPT = join(import.meta.dirname, "read-repository.mjs")
const folder = mkdtempSync(join(tmpdir(), "bcopy-reader-"))
const at = (name: string) => join(folder, name)
const SIZE_BYTES = 24 << 20

/** The images that became points, in order. */
let images: readonly string[] = []

beforeAll(async () => {
  vi.stubEnv("BCOPY_PASSWORD", "correct horse")
  vi.stubEnv("BCOPY_CONFIG_DIR", at("config"))
  images = syntheticImages(folder, { sizeBytes: SIZE_BYTES, versions: 3 })
  for (const [repo, encryption] of [
    ["sealed", "--no-recovery-kit"],
    ["clear", "--no-encryption"],
  ] as const) {
    if (repo === "clear") vi.stubEnv("BCOPY_PASSWORD", "")
    await runBcopy(["init", "--repo", at(repo), encryption, "--pack-size", "8MiB"])
    for (const image of images)
      await runBcopy(["backup", "--repo", at(repo), "--job", "nightly", "--workload", "web01", `sda=${image}`])
  }
  vi.stubEnv("BCOPY_PASSWORD", "correct horse")
}, 120_000)
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

function read(repo: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, at(repo), ...args], { encoding: "utf8" })
  return { status, lines: stdout.trim().split("\n"), stderr }
}

/** Restores every point that the script lists and compares each with the image it came from. */
function expectAllPoints(repo: string): void {
  const { lines } = read(repo, "list")
  expect(lines).toHaveLength(images.length)
  for (const [index, line] of lines.entries()) {
    const [workload, point] = line.split(" ") as [string, string]
    const output = at(`${repo}-${index}.raw`)
    rmSync(output, { force: true })
    expect(read(repo, "restore", workload, "sda", output, point)).toMatchObject({ status: 0, stderr: "" })
    expect(Buffer.compare(readFileSync(output), readFileSync(images[index] as string))).toBe(0)
  }
}

test.each(["clear", "sealed"])(
  "a reader that was written from the document alone reads every point of a %s repository",
  (repo) => {
    expectAllPoints(repo)
  },
)

test("it reads what was sealed anew under rotated keys", async () => {
  cpSync(at("sealed"), at("rotated"), { recursive: true, preserveTimestamps: true })
  await runBcopy(["adopt", "--repo", at("rotated")])
  await runBcopy(["keys", "rotate", "--repo", at("rotated")])
  await runBcopy(["keys", "rewrite", "--repo", at("rotated")])
  expectAllPoints("rotated")
})

test("another password opens nothing", () => {
  vi.stubEnv("BCOPY_PASSWORD", "incorrect horse")
  const { status, stderr } = read("sealed", "list")
  vi.stubEnv("BCOPY_PASSWORD", "correct horse")
  expect([status, stderr]).toEqual([1, expect.stringContaining("opens no key slot")])
})

test("where the logs are lost it puts the newest disk together from map packs and data packs", () => {
  cpSync(at("sealed"), at("lost"), { recursive: true, preserveTimestamps: true })
  for (const name of readdirSync(at("lost/backups"))) rmSync(at(`lost/backups/${name}/log`), { recursive: true })
  expect(read("lost", "rescue", at("rescued"))).toMatchObject({ status: 0, stderr: "" })
  const [disk = ""] = readdirSync(at("rescued"))
  const rescued = readFileSync(join(at("rescued"), disk))
  const newest = readFileSync(images.at(-1) as string)
  // How large the disk was stood in the log: what lies behind the last stored block is zeros, and is left away.
  expect(Buffer.compare(rescued.subarray(0, SIZE_BYTES), newest.subarray(0, rescued.length))).toBe(0)
  expect(newest.subarray(rescued.length).every((byte) => byte === 0)).toBe(true)
})

test("a broken entry costs its own point, and a broken pack its own blocks", () => {
  cpSync(at("sealed"), at("broken"), { recursive: true, preserveTimestamps: true })
  const [backup = ""] = readdirSync(at("broken/backups"))
  const [workload = ""] = readdirSync(at(`broken/backups/${backup}/log`))
  const log = at(`broken/backups/${backup}/log/${workload}`)
  const [newest = ""] = readdirSync(log).toSorted()
  writeFileSync(join(log, newest), readFileSync(join(log, newest)).fill(7, 200, 210))
  const { lines, stderr } = read("broken", "list")
  expect(lines).toHaveLength(images.length - 1)
  expect(stderr).toContain(newest)
})
