import { readdirSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { makeImage, openTrial, type Trial } from "../testing/trial.ts"
import { exitCodes } from "./exit-codes.ts"

async function prepared(points: number): Promise<Trial & { repo: string; ids: readonly string[] }> {
  const trial = openTrial()
  const repo = trial.at("repo")
  await trial.bcopy("init", "--repo", repo, "--no-encryption")
  for (let at = 0; at < points; at++) {
    makeImage(trial.at("disk.raw"), { sizeMib: 1, seed: `reclaim ${at}` })
    const backup = ["backup", "--repo", repo, "--job", "nightly", "--workload", "web01", trial.at("disk.raw")]
    expect(await trial.bcopy(...backup)).toMatchObject({ exit: 0 })
  }
  const { points: listed } = JSON.parse((await trial.bcopy("points", "--repo", repo, "--json")).stdout) as {
    points: { point: string }[]
  }
  return { ...trial, repo, ids: listed.map(({ point }) => point) }
}

function bytesOf(repo: string): number {
  return readdirSync(repo, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes("packs"))
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

test("space of removed points comes back once they can not, and explain says what holds the rest", async () => {
  const { bcopy, repo, ids } = await prepared(3)
  const removing = (id = "", ...more: string[]) =>
    bcopy("points", "remove", "--repo", repo, "--workload", "web01", "--point", id, "--yes", ...more)
  const removed = await removing(ids[0], "--undo", "0")
  expect(removed.stdout).toContain("It comes back only until space is given back")
  expect((await removing(ids[1])).stdout).toContain("It can be brought back for 7 days")
  const explained = await bcopy("reclaim", "explain", "--repo", repo)
  expect(explained).toMatchObject({ exit: 0 })
  expect(explained.stdout).toMatch(/ needed by points\n/)
  expect(explained.stdout).toMatch(/ of removed points that can be brought back\n/)
  expect(explained.stdout).toMatch(/needed by nothing: `bcopy reclaim` deletes it/)
  const before = bytesOf(repo)
  const dry = JSON.parse((await bcopy("reclaim", "--repo", repo, "--dry-run", "--json")).stdout) as Reclaimed
  expect(bytesOf(repo)).toBe(before)
  expect(dry).toMatchObject({ dryRun: true, backups: [{ job: "nightly", purged: 1, emptied: 0 }], failed: [] })
  const done = await bcopy("reclaim", "--repo", repo)
  expect(done.stdout).toMatch(/^nightly: .* in \d+ packs? given back; 1 removed point for good/)
  expect(done.stderr).toContain("nightly: looking for what nothing needs")
  expect(bytesOf(repo)).toBe(before - (dry.backups[0]?.storedBytes ?? 0))
  const gone = await bcopy("points", "restore-removed", "--repo", repo, "--workload", "web01", "--point", ids[0] ?? "")
  expect(gone.exit).toBe(exitCodes.usage)
  const back = await bcopy("points", "restore-removed", "--repo", repo, "--workload", "web01", "--point", ids[1] ?? "")
  expect(back).toMatchObject({ exit: 0 })
  expect(await bcopy("verify", "--repo", repo, "--all", "--read-data")).toMatchObject({ exit: 0 })
  expect((await bcopy("reclaim", "--repo", repo)).stdout).toContain("nightly: nothing to give back")
})

interface Reclaimed {
  readonly backups: readonly { readonly storedBytes: number }[]
}

test("prune gives space back too, unless it is told not to", async () => {
  const { bcopy, repo } = await prepared(5)
  await bcopy("retention", "accept", "--repo", repo, "--job", "nightly", "--count", "2", "--yes")
  const before = bytesOf(repo)
  const kept = await bcopy("prune", "--repo", repo, "--yes", "--undo", "0", "--no-reclaim")
  expect(kept.stdout).toContain("3 of 5 points were removed")
  expect(bytesOf(repo)).toBe(before)
  const pruned = await bcopy("prune", "--repo", repo, "--json")
  expect(JSON.parse(pruned.stdout)).toMatchObject({
    workloads: [{ removed: [] }],
    reclaimed: { backups: [{ job: "nightly", purged: 3 }], failed: [] },
  })
  expect(bytesOf(repo)).toBeLessThan(before)
})

test("options that mean nothing are usage errors, and a job that is not there is said", async () => {
  const { bcopy, repo } = await prepared(1)
  for (const argv of [["--max-unused", "much"], ["--max-unused", "-1"], ["--max-bytes", "ten"], ["purge"]])
    expect((await bcopy("reclaim", "--repo", repo, ...argv)).exit).toBe(exitCodes.usage)
  expect((await bcopy("reclaim", "--repo", repo, "--job", "weekly")).stderr).toContain("has no job weekly")
  expect((await bcopy("reclaim", "explain", "--repo", repo, "--job", "weekly")).exit).toBe(exitCodes.failed)
})

test("a log that has lost an entry stops its backup, and is told", async () => {
  const { bcopy, repo, ids } = await prepared(3)
  await bcopy(
    "points",
    "remove",
    "--repo",
    repo,
    "--workload",
    "web01",
    "--point",
    ids[0] ?? "",
    "--yes",
    "--undo",
    "0",
  )
  const log = readdirSync(repo, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes("backups") && entry.parentPath.includes("log"))
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted()
  rmSync(log[1] as string)
  const before = bytesOf(repo)
  const { exit, stderr } = await bcopy("reclaim", "--repo", repo)
  expect(exit).toBe(exitCodes.damaged)
  expect(stderr).toMatch(/log entry .* is missing/)
  expect(bytesOf(repo)).toBe(before)
})
