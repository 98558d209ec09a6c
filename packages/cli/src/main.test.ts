import { spawn } from "node:child_process"
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { ended, makeNoise, openTrial, spawnBcopy, type Trial } from "../testing/trial.ts"

const DISKS = 40
const COPIES = 6

test("an older Node is told so in one sentence, before anything is loaded that it cannot run", async () => {
  const older =
    'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"22.12.0"}})'
  const ran = await ended(spawnBcopy(["--version"], { nodeArgs: ["--import", older] }))
  expect(ran).toEqual({
    exit: 2,
    stdout: "",
    stderr: expect.stringMatching(/^bcopy needs Node 24\.7 .*22\.12\.0.*\n$/) as unknown,
  })
})

test("the version is that of package.json", async () => {
  const ran = await ended(spawnBcopy(["--version"]))
  expect(ran).toEqual({ exit: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/) as unknown, stderr: "" })
})

test.skipIf(process.platform === "win32")("started in a folder that is gone it says so, and nothing else", async () => {
  const { at } = openTrial()
  mkdirSync(at("gone"))
  const main = join(import.meta.dirname, "../dist/main.js")
  const argv = [process.execPath, main, "points", "--repo", at("repo")]
  const ran = await ended(spawn("/bin/sh", ["-c", 'rmdir "$PWD" && exec "$@"', "sh", ...argv], { cwd: at("gone") }))
  expect(ran).toEqual({
    exit: 2,
    stdout: "",
    stderr: expect.stringMatching(/^bcopy: the folder .* is gone\n/) as unknown,
  })
})

test("what a command needs of the program is kept compiled from its first good run on", async () => {
  const { at, bcopy } = openTrial()
  await bcopy("init", "--repo", at("repo"), "--no-encryption")
  const folder = at("cache/program")
  const points = (repo: string, env?: Readonly<Record<string, string>>) =>
    ended(spawnBcopy(["points", "--repo", repo], { env: { BCOPY_CACHE_DIR: at("cache"), ...env } }))
  expect(await points(at("missing"))).toMatchObject({ exit: 10 })
  expect(await points(at("repo"), { NODE_DISABLE_COMPILE_CACHE: "1" })).toMatchObject({ exit: 0 })
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([])
  const first = await points(at("repo"))
  expect(first).toMatchObject({ exit: 0, stderr: "" })
  const names = readdirSync(folder)
  expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{32}-points\.code$/)])
  const { ino } = statSync(join(folder, names[0] as string))
  expect(await points(at("repo"))).toEqual(first)
  expect(statSync(join(folder, names[0] as string)).ino).toBe(ino)
})

test.for(["SIGINT", "SIGTERM"] as const)(
  "%s ends a backup with 130, and the next run goes on from its checkpoint",
  async (signal) => {
    const { at, bcopy } = openTrial()
    await bcopy("init", "--repo", at("repo"), "--no-encryption", "--pack-size", "8MiB")
    makeNoise(at("big.raw"), { sizeMib: 24, seed: signal })
    const argv = ["backup", "--repo", at("repo"), "--job", "j", "--workload", "w", at("big.raw"), "--level", "19"]
    const child = spawnBcopy([...argv, "--json"])
    const running = ended(child)
    let sent = false
    child.stderr?.on("data", (text: string) => {
      if (sent || !/"storedBytes":[1-9]/.test(text)) return
      sent = true
      child.kill(signal)
    })
    const { exit, stdout, stderr } = await running
    expect(exit).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "Interrupted" } })
    expect(stderr).toContain("finishing the checkpoint, press Ctrl-C again to stop at once")
    const next = await ended(spawnBcopy(argv.slice(0, -2)))
    expect(next).toMatchObject({
      exit: 0,
      stderr: expect.stringMatching(/w: a session before this one was cut short: goes on at \d/) as unknown,
    })
  },
)

test("the second Ctrl-C stops at once, and the next run still goes on", async () => {
  const { at, bcopy } = openTrial()
  await bcopy("init", "--repo", at("repo"), "--no-encryption")
  makeNoise(at("big.raw"), { sizeMib: 24, seed: "twice" })
  const argv = ["backup", "--repo", at("repo"), "--job", "j", "--workload", "w", at("big.raw"), "--level", "19"]
  const child = spawnBcopy([...argv, "--json"])
  const running = ended(child)
  let sent = 0
  child.stderr?.on("data", (text: string) => {
    if (sent === 0 && text.includes('"transfer"')) sent = Number(child.kill("SIGINT"))
    else if (sent === 1 && text.includes("press Ctrl-C again")) sent += Number(child.kill("SIGINT"))
  })
  const { exit, stdout } = await running
  expect({ exit, sent }).toEqual({ exit: 130, sent: 2 })
  expect(stdout).toBe("")
  expect((await bcopy(...argv.slice(0, -2))).exit).toBe(0)
})

/** A repository whose points are a document larger than a pipe holds. */
async function makeTalkative({ at, bcopy }: Trial): Promise<string> {
  for (const name of ["from", "to"]) await bcopy("init", "--repo", at(name), "--no-encryption")
  makeNoise(at("disk.raw"), { sizeMib: 1, seed: "many disks" })
  const images = Array.from({ length: DISKS }, (_, number) => `disk-${number}-${"x".repeat(200)}=${at("disk.raw")}`)
  await bcopy("backup", "--repo", at("from"), "--job", "j", "--workload", "w", ...images)
  for (let copy = 1; copy <= COPIES; copy++)
    await bcopy("copy", "--from", at("from"), "--to", at("to"), "--as", `copy-${copy}`)
  return at("to")
}

test("the whole document arrives in a pipe before the process ends", async () => {
  const repo = await makeTalkative(openTrial())
  const { stdout, exit } = await ended(spawnBcopy(["points", "--repo", repo, "--json"]))
  expect(exit).toBe(0)
  expect(stdout.length).toBeGreaterThan(64 << 10)
  expect((JSON.parse(stdout) as { points: unknown[] }).points).toHaveLength(COPIES)
})

test("a reader that goes away is no failure", async () => {
  const repo = await makeTalkative(openTrial())
  const child = spawnBcopy(["points", "--repo", repo, "--json"])
  const running = ended(child)
  child.stdout?.destroy()
  expect(await running).toMatchObject({ exit: 0, stderr: "" })
})

test.skipIf(!existsSync("/dev/full"))("a full disk behind stdout is told in one line, and ends with 1", async () => {
  const full = openSync("/dev/full", "w")
  const ran = await ended(spawnBcopy(["--help"], { stdio: ["ignore", full, "pipe"] }))
  closeSync(full)
  expect(ran).toEqual({
    exit: 1,
    stdout: "",
    stderr: expect.stringMatching(/^bcopy: cannot write to stdout: .*ENOSPC.*\n$/) as unknown,
  })
})

test.skipIf(!existsSync("/dev/full"))("where stderr takes nothing the work is done all the same", async () => {
  const { at, bcopy } = openTrial()
  await bcopy("init", "--repo", at("repo"), "--no-encryption")
  makeNoise(at("disk.raw"), { sizeMib: 1, seed: "quiet" })
  const full = openSync("/dev/full", "w")
  const argv = ["backup", "--repo", at("repo"), "--job", "j", "--workload", "w", at("disk.raw")]
  const ran = await ended(spawnBcopy(argv, { stdio: ["ignore", "pipe", full] }))
  closeSync(full)
  expect(ran).toMatchObject({ exit: 0, stdout: expect.stringContaining("j/w") as unknown })
})
