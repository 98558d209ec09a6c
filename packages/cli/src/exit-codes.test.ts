import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { systemClock } from "@bcopy/copy-engine"
import { expect, test } from "vitest"
import { ended, makeImage, makeNoise, openTrial, scribble, spawnBcopy, type Ran, type Trial } from "../testing/trial.ts"
import { exitCodes, exitMeanings } from "./exit-codes.ts"

/** Every refusal says on stderr what it is about and what to do, and nothing on stdout. */
function expectError({ exit, stdout, stderr }: Ran, wanted: number, about: string): void {
  expect({ exit, stdout, stderr }).toEqual({
    exit: wanted,
    stdout: "",
    stderr: expect.stringContaining(about) as unknown,
  })
  expect(stderr).toMatch(/^bcopy: .+\n {2}\S.+\n$/m)
}

async function makeRepository({ at, bcopy }: Trial, name: string): Promise<string> {
  expect((await bcopy("init", "--repo", at(name), "--no-encryption")).exit).toBe(0)
  return at(name)
}

async function backUp({ at, bcopy }: Trial, repo: string, workload: string, ...more: string[]): Promise<Ran> {
  makeImage(at("disk.raw"), { sizeMib: 4, seed: workload })
  return bcopy("backup", "--repo", repo, "--job", "nightly", "--workload", workload, at("disk.raw"), ...more)
}

test("every status has a meaning", () => {
  expect(
    Object.keys(exitMeanings)
      .map(Number)
      .toSorted((a, b) => a - b),
  ).toEqual(Object.values(exitCodes).toSorted((a, b) => a - b))
})

test.for([
  [["pints"], "unknown command 'pints'"],
  [["points", "--frob"], "unknown option '--frob'"],
  [["points", "extra", "--repo", "x"], "Allowed choices are"],
  [["points"], "no repository was named"],
  [["points", "--repo", "s3://Bucket/prefix"], "is no name of a bucket"],
  [["points", "--repo", ""], "empty name"],
  [["backup", "--repo", "x", "--workload", "w", "i.raw"], "--job <name>"],
  [["backup", "--repo", "x", "--job", "j", "--workload", "w"], "missing required argument 'image'"],
  [["backup", "--repo", "x", "--job", "j", "--workload", "w", "--platform", "vax", "i.raw"], "vax"],
  [["backup", "--repo", "x", "--job", "j", "--workload", "w", "--level", "much", "i.raw"], "--level <level>"],
  [["backup", "--repo", "x", "--job", "j", "--workload", "w", "a/i.raw", "b/i.raw"], "two disks are called i.raw"],
  [["init", "--repo", "x", "--no-encryption", "--pack-size", "big"], "--pack-size <size>"],
  [["init", "--repo", "x", "--no-encryption", "--block-size", "65000"], "32.0 KiB to 4.0 MiB; this is 63.5 KiB"],
  [["init", "--repo", "x", "--no-encryption", "--pack-size", "1GiB"], "8.0 MiB to 512.0 MiB; this is 1.0 GiB"],
  [["backup", "--repo", "x", "--job", "j", "--workload", "", "i.raw"], "--workload <name>"],
  [["backup", "--repo", "x", "--job", "", "--workload", "w", "i.raw"], "--job <name>"],
  [["backup", "--repo", "x", "--job", "j", "--workload", "a\nb", "i.raw"], "--workload <name>"],
  [["backup", "--repo", "x", "--job", "j", "--workload", "w", "a\nb=i.raw"], "control character"],
  [["copy", "--from", "x", "--to", "y", "--workload", "w", ""], "--workload <name...>"],
  [["copy", "--from", "x", "--to", "y", "--as", ""], "--as <name>"],
  [["restore", "--repo", "x", "--workload", "w", "--output", ""], "--output <path>"],
  [["verify", "--repo", "x", "--read-data=twice"], "--read-data [how]"],
  [["show", "--repo", "x", "--point", "1f3a"], "which workload"],
  [["copy", "--from", "x", "--to", "y", "--select", "some"], "--select <which>"],
] as const)("2: bcopy %j", async ([argv, about]) => {
  expectError(await openTrial().bcopy(...argv), exitCodes.usage, about)
})

test("2: an option before the command is told where it belongs", async () => {
  const ran = await openTrial().bcopy("--repo", "x", "points")
  expectError(ran, exitCodes.usage, "unknown option '--repo'")
  expect(ran.stderr).toContain("Options stand behind the command: `bcopy points --help`")
})

test("2: no command gives the help, on stderr", async () => {
  const { exit, stdout, stderr } = await openTrial().bcopy()
  expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" })
  expect(stderr).toContain("Usage: bcopy")
})

test("2: a workload name that fits two is answered with both as JOB/WORKLOAD", async () => {
  const trial = openTrial()
  const repo = await makeRepository(trial, "repo")
  makeImage(trial.at("disk.raw"), { sizeMib: 1, seed: "a" })
  for (const job of ["daily", "nightly"])
    await trial.bcopy("backup", "--repo", repo, "--job", job, "--workload", "web01", trial.at("disk.raw"))
  const ran = await trial.bcopy("restore", "--repo", repo, "--workload", "web01", "--output", trial.at("out.raw"))
  expectError(ran, exitCodes.usage, "--job")
  expect(ran.stderr).toContain("daily/web01")
  expect(ran.stderr).toContain("nightly/web01")
})

test("2: one repository given twice to copy", async () => {
  const trial = openTrial()
  const repo = await makeRepository(trial, "repo")
  expectError(await trial.bcopy("copy", "--from", repo, "--to", `${repo}/.`), exitCodes.usage, "the same repository")
})

test("2: memory that has no room for two packs, with both numbers", async () => {
  const trial = openTrial()
  const repo = await makeRepository(trial, "repo")
  const ran = await backUp(trial, repo, "w", "--memory", "100MiB")
  expectError(ran, exitCodes.usage, "memory of 100.0 MiB")
  expect(ran.stderr).toContain("2 packs of 32.0 MiB")
})

test("1: an image, a workload, a job, a point or a disk that is not there", async () => {
  const trial = openTrial()
  const { at, bcopy } = trial
  const repo = await makeRepository(trial, "repo")
  await backUp(trial, repo, "web01")
  const missing = await bcopy("backup", "--repo", repo, "--job", "j", "--workload", "w", at("nothing.raw"))
  expectError(missing, exitCodes.failed, at("nothing.raw"))
  const restore = ["restore", "--repo", repo, "--output", at("out.raw"), "--workload"]
  expectError(await bcopy(...restore, "web02"), exitCodes.failed, "web02")
  expectError(await bcopy(...restore, "web01", "--job", "weekly"), exitCodes.failed, "weekly")
  expectError(await bcopy(...restore, "web01", "--point", "ffffffff"), exitCodes.failed, "ffffffff")
  expectError(await bcopy(...restore, "web01", "--disk", "sdz"), exitCodes.failed, "it has disk.raw")
})

test("3: a copy of which one workload is refused and another is done; 14 where all are refused", async () => {
  const trial = openTrial()
  const { at, bcopy } = trial
  const [from, target] = [await makeRepository(trial, "from"), await makeRepository(trial, "target")]
  expect((await bcopy("init", "--repo", at("coarse"), "--no-encryption", "--block-size", "1MiB")).exit).toBe(0)
  await backUp(trial, from, "web01")
  await bcopy("copy", "--from", from, "--to", target)
  // A chain of 64 KiB blocks takes no point of 1 MiB blocks.
  await backUp(trial, at("coarse"), "web01")
  await backUp(trial, at("coarse"), "web02")
  const copy = ["copy", "--from", at("coarse"), "--to", target]
  const partly = await bcopy(...copy)
  expect(partly.exit).toBe(exitCodes.partly)
  expect(partly.stdout).toMatch(/^✓ nightly\/web02/)
  expect(partly.stderr).toContain("bcopy: nightly/web01: ")
  const again = await bcopy(...copy)
  expect(again).toMatchObject({
    exit: exitCodes.partly,
    stdout: expect.stringContaining("1 already copied") as unknown,
  })
  const alone = await bcopy(...copy, "--workload", "web01", "--json")
  expect(alone.exit).toBe(exitCodes.refused)
  expect(JSON.parse(alone.stdout)).toMatchObject({
    error: { code: "Refused" },
    copied: [],
    failed: [{ workload: "web01" }],
  })
})

test("10: no repository, for every command that needs one", async () => {
  const { at, bcopy } = openTrial()
  mkdirSync(at("empty"))
  writeFileSync(at("file"), "")
  for (const name of ["nothing", "empty", "file"]) {
    const repo = ["--repo", at(name)]
    for (const argv of [
      ["backup", ...repo, "--job", "j", "--workload", "w", at("file")],
      ["copy", "--from", at(name), "--to", at("nothing")],
      ["points", ...repo],
      ["restore", ...repo, "--workload", "w", "--output", at("out")],
      ["verify", ...repo],
      ["show", ...repo],
      ["adopt", ...repo],
    ])
      expectError(await bcopy(...argv), exitCodes.noRepository, at(name))
  }
  expect(readdirSync(at("empty"))).toEqual([])
})

test("11: another live session writes the workload, until --take-over shuts it out", async () => {
  const trial = openTrial()
  const repo = await makeRepository(trial, "repo")
  makeNoise(trial.at("big.raw"), { sizeMib: 16, seed: "big" })
  const argv = ["backup", "--repo", repo, "--job", "j", "--workload", "w", trial.at("big.raw")]
  const child = spawnBcopy([...argv, "--level", "19", "--json"])
  const first = ended(child)
  await new Promise<void>((resolve) =>
    child.stderr?.on("data", (text: string) => text.includes('"transfer"') && resolve()),
  )
  // Stopped it is alive all the same, and cannot end before it is looked at.
  child.kill("SIGSTOP")
  try {
    expectError(await trial.bcopy(...argv), exitCodes.busy, `process ${child.pid}`)
    expect((await trial.bcopy(...argv, "--take-over")).exit).toBe(0)
  } finally {
    child.kill("SIGCONT")
  }
  const shutOut = await first
  expect(shutOut.exit).toBe(exitCodes.busy)
  expect(JSON.parse(shutOut.stdout)).toMatchObject({ error: { code: "Fenced" } })
})

test("12: an encrypted repository without its key, or with another", async () => {
  const { at, bcopy, bcopyWith } = openTrial()
  const as = (password: string) => ({ env: { BCOPY_CONFIG_DIR: at("config"), BCOPY_PASSWORD: password } })
  await bcopyWith(as("right"), "init", "--repo", at("sealed"), "--no-recovery-kit", "--hint", "not left")
  expectError(await bcopy("points", "--repo", at("sealed")), exitCodes.wrongKey, "not left")
  expectError(await bcopyWith(as("wrong"), "points", "--repo", at("sealed")), exitCodes.wrongKey, at("sealed"))
})

test("13: damage found by verify and by restore; 1 for what only could not be read", async () => {
  const trial = openTrial()
  const { at, bcopy } = trial
  const repo = await makeRepository(trial, "repo")
  await backUp(trial, repo, "web01")
  const [pack] = packsOf(repo)
  scribble(pack!, 300_000, "damage")
  expect((await bcopy("verify", "--repo", repo)).exit).toBe(exitCodes.done)
  const restored = await bcopy("restore", "--repo", repo, "--workload", "web01", "--output", at("out.raw"))
  expect(restored).toMatchObject({ exit: exitCodes.damaged, stderr: expect.stringContaining("web01") as unknown })
  for (const how of ["--read-data", "--read-data=authenticate"]) {
    const found = await bcopy("verify", "--repo", repo, how)
    expect(found.exit).toBe(exitCodes.damaged)
    expect(found.stdout).toContain("damaged  nightly/web01")
  }
  expect((await bcopy("points", "--repo", repo)).stdout).toMatch(/ damaged$/m)
  const latest = await bcopy("restore", "--repo", repo, "--workload", "web01", "--output", at("latest.raw"))
  expect(latest.exit).toBe(exitCodes.damaged)
  expect(latest.stderr).toMatch(/nightly\/web01 has no complete point: its only point is marked damaged/)
  expect(latest.stderr).toContain("bcopy points")
})

test("13: a missing pack is damage without reading any data", async () => {
  const trial = openTrial()
  const repo = await makeRepository(trial, "repo")
  await backUp(trial, repo, "web01")
  rmSync(packsOf(repo)[0]!)
  expect((await trial.bcopy("verify", "--repo", repo)).exit).toBe(exitCodes.damaged)
})

test("1: what only cannot be read is no damage, and is not marked", async () => {
  const trial = openTrial()
  const { bcopy } = trial
  const repo = await makeRepository(trial, "repo")
  await backUp(trial, repo, "web01")
  const [pack] = packsOf(repo)
  renameSync(pack!, `${pack}.moved`)
  // The store takes no link for an object, nor for a proof that there is none.
  symlinkSync(`${pack}.moved`, pack!)
  const { exit, stdout, stderr } = await bcopy("verify", "--repo", repo)
  expect({ exit, stderr }).toEqual({ exit: exitCodes.failed, stderr: expect.stringContaining("no damage") as unknown })
  expect(stdout).toMatch(/^unknown {2}nightly\/web01 point [0-9a-f]{8} {2}.*symbolic link/m)
  expect((await bcopy("points", "--repo", repo)).stdout).toMatch(/ complete$/m)
})

test("14: init without a word on the recovery kit, and nobody to ask", async () => {
  const { at, bcopy } = openTrial()
  expectError(await bcopy("init", "--repo", at("repo")), exitCodes.refused, "--recovery-kit")
})

test("14: init where a repository or anything else is; --yes takes a folder with other things in it", async () => {
  const trial = openTrial()
  const { at, bcopy } = trial
  const repo = await makeRepository(trial, "repo")
  for (const more of [[], ["--yes"], ["--dry-run"]])
    expectError(
      await bcopy("init", "--repo", repo, "--no-encryption", ...more),
      exitCodes.refused,
      "holds a repository already",
    )
  mkdirSync(at("home"))
  writeFileSync(join(at("home"), "letter.txt"), "dear")
  expectError(await bcopy("init", "--repo", at("home"), "--no-encryption"), exitCodes.refused, "letter.txt")
  expect((await bcopy("init", "--repo", at("home"), "--no-encryption", "--yes")).exit).toBe(0)
  expect(readFileSync(join(at("home"), "letter.txt"), "utf8")).toBe("dear")
})

test("14: an output that exists, and images that are none", async () => {
  const trial = openTrial()
  const { at, bcopy } = trial
  const repo = await makeRepository(trial, "repo")
  await backUp(trial, repo, "web01")
  writeFileSync(at("out.raw"), "mine")
  expectError(
    await bcopy("restore", "--repo", repo, "--workload", "web01", "--output", at("out.raw")),
    exitCodes.refused,
    at("out.raw"),
  )
  expect(readFileSync(at("out.raw"), "utf8")).toBe("mine")
  writeFileSync(at("disk.qcow2"), "QFI\xfb", "latin1")
  const foreign = ["backup", "--repo", repo, "--job", "j", "--workload", "w", at("disk.qcow2")]
  expectError(await bcopy(...foreign), exitCodes.refused, "qcow2")
  expect((await bcopy(...foreign, "--format", "raw")).exit).toBe(0)
})

test("14: an output inside a repository, by whatever way it is named", async () => {
  const trial = openTrial()
  const { at, bcopy } = trial
  const [repo, other] = [await makeRepository(trial, "repo"), await makeRepository(trial, "other")]
  await backUp(trial, repo, "web01")
  symlinkSync(repo, at("link"))
  const before = readdirSync(repo, { recursive: true }).length
  for (const output of [repo, join(repo, "out.raw"), join(repo, "log/new/out.raw"), at("link/out.raw")])
    for (const more of [[], ["--dry-run"], ["--overwrite", "--yes"]]) {
      const restore = ["restore", "--repo", repo, "--workload", "web01", "--output", output, ...more]
      expectError(await bcopy(...restore), exitCodes.refused, "lies in the repository")
    }
  expect(readdirSync(repo, { recursive: true })).toHaveLength(before)
  const inOther = ["restore", "--repo", repo, "--workload", "web01", "--output", join(other, "out.raw")]
  expectError(await bcopy(...inOther), exitCodes.refused, "another repository")
  expect((await bcopy("restore", "--repo", repo, "--workload", "web01", "--output", at("repo.raw"))).exit).toBe(0)
})

test("14: init inside another repository, without --yes", async () => {
  const trial = openTrial()
  const { bcopy } = trial
  const repo = await makeRepository(trial, "repo")
  for (const inside of [join(repo, "inner"), join(repo, "log/deep/inner")]) {
    expectError(await bcopy("init", "--repo", inside, "--no-encryption"), exitCodes.refused, "another repository")
    expectError(
      await bcopy("init", "--repo", inside, "--no-encryption", "--dry-run"),
      exitCodes.refused,
      "another repository",
    )
  }
  expect((await bcopy("init", "--repo", join(repo, "inner"), "--no-encryption", "--yes")).exit).toBe(0)
})

test("a missing image, and one in another format, are answered with what helps here", async () => {
  const trial = openTrial()
  const { at, bcopy } = trial
  const repo = await makeRepository(trial, "repo")
  const backup = ["backup", "--repo", repo, "--job", "j", "--workload", "w"]
  expect((await bcopy(...backup, at("nothing.raw"))).stderr).not.toContain("bcopy points")
  writeFileSync(at("disk.qcow2"), "QFI\xfb", "latin1")
  expect((await bcopy(...backup, at("disk.qcow2"))).stderr).toContain("--format raw")
})

test("130: an interrupted backup keeps a checkpoint, and the next run stores nothing twice", async () => {
  const trial = openTrial()
  const { at, bcopy } = trial
  expect((await bcopy("init", "--repo", at("repo"), "--no-encryption", "--pack-size", "8MiB")).exit).toBe(0)
  makeNoise(at("big.raw"), { sizeMib: 40, seed: "big" })
  const argv = ["backup", "--repo", at("repo"), "--job", "j", "--workload", "w", at("big.raw")]
  const stop = new AbortController()
  const onStderr = (text: string) => /"storedBytes":[1-9]/.test(text) && stop.abort(new Error("interrupted"))
  const monotonic = stepping(1000)
  const first = await trial.bcopyWith({ onStderr, signal: stop.signal, clock: monotonic }, ...argv, "--json")
  expect(first.exit).toBe(exitCodes.interrupted)
  expect(JSON.parse(first.stdout)).toMatchObject({ schema: 1, error: { code: "Interrupted" } })
  expect((await bcopy("points", "--repo", at("repo"))).stdout).toBe("no points\n")
  const kept = sizeOfPacks(at("repo"))
  expect(kept).toBeGreaterThan(8 << 20)
  const second = await bcopy(...argv)
  expect(second).toMatchObject({
    exit: 0,
    stderr: expect.stringContaining("w: a session before this one was cut short") as unknown,
  })
  expect(sizeOfPacks(at("repo"))).toBeLessThan((40 << 20) + (2 << 20))
})

/** A clock that is a second further each time it is asked, so that no event is held back. */
function stepping(stepMs: number) {
  let nowMs = 0
  return { ...systemClock, monotonic: () => (nowMs += stepMs) }
}

function packsOf(repo: string): string[] {
  const names = readdirSync(repo, { recursive: true, encoding: "utf8" })
  return names.filter((name) => /\/packs\/[0-9a-f]+\/[^/]+$/.test(name)).map((name) => join(repo, name))
}

function sizeOfPacks(repo: string): number {
  return packsOf(repo).reduce((sum, path) => sum + readFileSync(path).length, 0)
}
