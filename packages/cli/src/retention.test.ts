import { readFileSync, writeFileSync } from "node:fs"
import { expect, test } from "vitest"
import { makeImage, openTrial, type Trial } from "../testing/trial.ts"
import { exitCodes } from "./exit-codes.ts"

const GFS = ["--days", "7", "--weekly", "4:saturday", "--monthly", "12:first", "--yearly", "3:january", "--zone", "UTC"]

async function prepared(points = 4): Promise<Trial & { repo: string }> {
  const trial = openTrial()
  const repo = trial.at("repo")
  await trial.bcopy("init", "--repo", repo, "--no-encryption")
  for (let at = 0; at < points; at++) {
    makeImage(trial.at("disk.raw"), { sizeMib: 1, seed: `retention ${at}` })
    const backup = ["backup", "--repo", repo, "--job", "nightly", "--workload", "web01", trial.at("disk.raw")]
    expect(await trial.bcopy(...backup)).toMatchObject({ exit: 0 })
  }
  return { ...trial, repo }
}

const json = (text: string) => JSON.parse(text) as { readonly points: readonly { readonly point: string }[] }

test("a policy is accepted, planned by, explained and compared", async () => {
  const { bcopy, repo } = await prepared()
  expect((await bcopy("retention", "plan", "--repo", repo)).stdout).toContain("no policy, so all points stay")
  const accepted = await bcopy("retention", "accept", "--repo", repo, "--job", "nightly", ...GFS)
  expect(accepted).toMatchObject({ exit: 0, stderr: "" })
  expect(accepted.stdout).toContain("weekly 4 weeks (saturday)")
  const { stdout } = await bcopy("retention", "plan", "--repo", repo)
  expect(stdout).toContain("4 points, 4 stay, 0 go")
  expect(stdout).toContain("newest; days until")
  const explained = await bcopy("retention", "explain", "--repo", repo, "--workload", "web01")
  expect(explained.stdout).toContain("It is the newest good point, which always stays.")
  expect(explained.stdout).toMatch(/slot W:\d{4}-\d\d-\d\d (?:is filled by|is for the next|was open before)/)
  const diff = await bcopy("retention", "diff", "--repo", repo, "--job", "nightly", "--count", "2")
  expect(diff.stdout).toContain("2 stay under both, 2 would go, 0 would stay that go now")
})

test("a policy that removes points asks for confirmation, and changes nothing until it is given", async () => {
  const { bcopy, repo } = await prepared()
  const accept = ["retention", "accept", "--repo", repo, "--job", "nightly", "--count", "2"]
  const refused = await bcopy(...accept)
  expect(refused).toMatchObject({ exit: exitCodes.refused, stdout: "" })
  expect(refused.stderr).toContain("2 points of 1 workload that stay now would go")
  expect(await bcopy(...accept, "--dry-run")).toMatchObject({ exit: 0 })
  expect((await bcopy("retention", "plan", "--repo", repo)).stdout).toContain("no policy")
  expect(await bcopy(...accept, "--yes")).toMatchObject({ exit: 0 })
  const { stdout } = await bcopy("retention", "plan", "--repo", repo)
  expect(stdout).toContain("4 points, 2 stay, 2 go")
  // Nothing is removed by it.
  expect(json((await bcopy("points", "--repo", repo, "--json")).stdout).points).toHaveLength(4)
})

test("a pinned point stays, with its reason, until it is let go", async () => {
  const { bcopy, repo } = await prepared()
  await bcopy("retention", "accept", "--repo", repo, "--job", "nightly", "--count", "2", "--yes")
  const listed = json((await bcopy("points", "list", "--repo", repo, "--json")).stdout)
  const point = listed.points[0]?.point ?? ""
  const of = ["--repo", repo, "--workload", "web01", "--point", point.slice(0, 8)]
  expect((await bcopy("points", "pin", ...of)).exit).toBe(exitCodes.usage)
  expect((await bcopy("points", "unpin", ...of)).exit).toBe(exitCodes.usage)
  expect(await bcopy("points", "pin", ...of, "--reason", "audit of June")).toMatchObject({ exit: 0 })
  expect((await bcopy("points", "--repo", repo)).stdout).toContain("pinned")
  expect((await bcopy("retention", "plan", "--repo", repo)).stdout).toContain("pinned: audit of June")
  expect(await bcopy("points", "unpin", ...of)).toMatchObject({ exit: 0 })
  expect((await bcopy("retention", "plan", "--repo", repo)).stdout).not.toContain("pinned")
})

test("a policy is played through without any repository, with a calendar and pictures that need nothing else", async () => {
  const { bcopy, at } = openTrial()
  const play = ["retention", "simulate", ...GFS, "--from", "2025-01-01", "--years", "1"]
  const { exit, stdout } = await bcopy(...play, "--svg", at("a.svg"), "--html", at("a.html"))
  expect(exit).toBe(0)
  expect(stdout).toContain("365 points from 2025-01-01 to 2026-01-01, at most 23 at once")
  expect(stdout).toMatch(/^2025-01 {2}---Y-+$/m)
  expect(stdout).toMatch(/^2025-12 {2}-----M------W------W---oooWoooo$/m)
  for (const file of ["a.svg", "a.html"]) {
    const text = readFileSync(at(file), "utf8")
    expect(text).toContain("<title>2025-01-04: yearly</title>")
    expect(text.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|<script|<link|url\(/)
  }
  const document = json((await bcopy(...play, "--every", "720", "--json")).stdout)
  expect(document.points).toHaveLength(730)
})

test("bad policies, files and dates are told by name, and nothing is written", async () => {
  const { bcopy, at, repo } = await prepared(1)
  writeFileSync(at("not.json"), "days: 7")
  writeFileSync(at("zoo.json"), JSON.stringify({ zone: "UTC", days: 7, weekly: { keep: 4, day: "Caturday" } }))
  for (const [argv, what] of [
    [["--days", "1"], "days must be a whole number from 2"],
    [["--days", "7", "--count", "7"], "not both"],
    [["--weekly", "4:saturday"], "short-term retention is missing"],
    [["--days", "7", "--weekly", "saturday"], "--weekly saturday"],
    [["--days", "7", "--monthly", "12:fifth"], "monthly.week must be one of first"],
    [["--days", "7", "--zone", "Europe/Atlantis"], "Europe/Atlantis"],
    [["--zone", "UTC"], "--zone alone"],
    [["--policy", at("not.json")], "not.json"],
    [["--policy", at("zoo.json")], "Caturday"],
    [["--policy", at("nowhere.json")], "nowhere.json"],
    [["--policy", at("zoo.json"), "--days", "7"], "not both"],
    [[], "no policy was given"],
  ] as const) {
    const { exit, stdout, stderr } = await bcopy("retention", "accept", "--repo", repo, "--job", "nightly", ...argv)
    expect([argv, exit, stdout]).toEqual([argv, exitCodes.usage, ""])
    expect(stderr).toContain(what)
  }
  for (const argv of [
    ["--from", "2025-13-01"],
    ["--at", "25:00"],
    ["--on", "someday"],
    ["--svg", at("no/such/folder.svg")],
  ])
    expect((await bcopy("retention", "simulate", "--days", "7", ...argv)).exit).toBe(exitCodes.usage)
  expect((await bcopy("retention", "simulate")).exit).toBe(exitCodes.usage)
  expect((await bcopy("retention", "explain", "--repo", repo, "--point", "feed")).exit).toBe(exitCodes.usage)
  expect((await bcopy("retention", "plan", "--repo", repo)).stdout).toContain("no policy")
})

test("pruning removes by policy, asks before most of a chain goes, and what is removed comes back", async () => {
  const { bcopy, repo } = await prepared(5)
  expect((await bcopy("prune", "--repo", repo)).stdout).toContain("no job has a retention policy")
  await bcopy("retention", "accept", "--repo", repo, "--job", "nightly", "--count", "2", "--yes")
  const dry = await bcopy("prune", "--repo", repo, "--dry-run")
  expect(dry).toMatchObject({ exit: 0 })
  expect(dry.stdout).toContain("nightly/web01: 3 of 5 points would go")
  const asked = await bcopy("prune", "--repo", repo)
  expect(asked.exit).toBe(exitCodes.refused)
  expect(asked.stdout + asked.stderr).toContain("3 of 5 points would go at once")
  expect(json((await bcopy("points", "--repo", repo, "--json")).stdout).points).toHaveLength(5)

  const pruned = await bcopy("prune", "--repo", repo, "--yes", "--undo", "2w")
  expect(pruned).toMatchObject({ exit: 0 })
  expect(pruned.stdout).toContain("3 of 5 points were removed")
  expect(json((await bcopy("points", "--repo", repo, "--json")).stdout).points).toHaveLength(2)
  const listed = JSON.parse((await bcopy("points", "--removed", "--repo", repo, "--json")).stdout) as {
    removed: { point: string; removedAt: string; restorableUntil: string }[]
  }
  expect(listed.removed).toHaveLength(3)
  const [first] = listed.removed
  expect(Date.parse(first?.restorableUntil ?? "") - Date.parse(first?.removedAt ?? "")).toBe(14 * 86_400_000)
  const of = ["--repo", repo, "--workload", "web01", "--point", first?.point.slice(0, 8) ?? ""]
  expect((await bcopy("points", "restore-removed", ...of, "--dry-run")).stdout).toContain("would be done")
  expect(await bcopy("points", "restore-removed", ...of)).toMatchObject({ exit: 0 })
  expect(json((await bcopy("points", "--repo", repo, "--json")).stdout).points).toHaveLength(3)
  expect((await bcopy("points", "restore-removed", ...of)).exit).toBe(exitCodes.usage)
})

test("one point is removed by hand with --yes, unless it is pinned or the last", async () => {
  const { bcopy, repo } = await prepared(2)
  const { points } = json((await bcopy("points", "--repo", repo, "--json")).stdout)
  const of = (at: number) => ["--repo", repo, "--workload", "web01", "--point", points[at]?.point ?? ""]
  expect((await bcopy("points", "remove", ...of(0))).exit).toBe(exitCodes.refused)
  expect(await bcopy("points", "pin", ...of(0), "--reason", "audit")).toMatchObject({ exit: 0 })
  expect((await bcopy("points", "remove", ...of(0), "--yes")).stderr).toContain("is pinned: audit")
  expect(await bcopy("points", "unpin", ...of(0))).toMatchObject({ exit: 0 })
  expect(await bcopy("points", "remove", ...of(0), "--yes")).toMatchObject({ exit: 0 })
  const last = await bcopy("points", "remove", ...of(1), "--yes")
  expect(last).toMatchObject({ exit: exitCodes.refused })
  expect(last.stderr).toContain("would be left without a complete point")
})

test("a picture replaces nothing without being told to, and gets into no repository", async () => {
  const { bcopy, at, repo } = await prepared(1)
  writeFileSync(at("kept.svg"), "mine")
  const plan = (...argv: string[]) => bcopy("retention", "plan", "--repo", repo, ...argv)
  expect((await plan("--svg", at("kept.svg"))).exit).toBe(exitCodes.refused)
  expect((await plan("--html", `${repo}/bcopy.json`, "--yes")).stderr).toContain("lies in a repository")
  expect((await plan("--svg", at("new.svg"), "--dry-run")).stdout).toContain("not written")
  expect((await plan("--svg", at("new.svg"), "--html", at("new.svg"))).exit).toBe(exitCodes.usage)
  expect(readFileSync(at("kept.svg"), "utf8")).toBe("mine")
  expect(() => readFileSync(at("new.svg"))).toThrow()
  expect(await plan("--svg", at("kept.svg"), "--yes")).toMatchObject({ exit: 0 })
  expect(readFileSync(at("kept.svg"), "utf8")).toContain("<svg")
})

test("a policy for a job that is not there is confirmed, and a dry run says which points would be flagged", async () => {
  const { bcopy, repo } = await prepared(2)
  const accept = (job: string, ...argv: string[]) =>
    bcopy("retention", "accept", "--repo", repo, "--job", job, "--days", "7", "--zone", "UTC", ...argv)
  expect(await accept("nighlty")).toMatchObject({ exit: exitCodes.refused })
  const days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
  const today = `4:${days[new Date().getUTCDay()]}`
  const dry = await accept("nightly", "--weekly", today, "--dry-run")
  expect(dry.stdout).toMatch(/web01 [0-9a-f]{8} would take W:/)
  const done = await accept("nightly", "--weekly", today)
  expect(done.stdout.replace("in force", "would put in force").replaceAll("takes", "would take")).toBe(dry.stdout)
  // Without a zone, that of the policy in force stays.
  const other = await bcopy("retention", "accept", "--repo", repo, "--job", "nightly", "--days", "9", "--json")
  expect(JSON.parse(other.stdout)).toMatchObject({ policy: { zone: "UTC", days: 9 } })
})
