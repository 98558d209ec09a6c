import { expect, onTestFinished, test } from "vitest"
import { startFakeS3 } from "../../packages/repo-s3/src/testing/index.ts"
import { makeImage, openTrial } from "../../packages/cli/testing/trial.ts"
import { exitCodes } from "../../packages/cli/src/exit-codes.ts"

/** A trial with a server that has a bucket of each kind. */
async function withBuckets() {
  const server = await startFakeS3({
    buckets: { plain: {}, versioned: { versioning: "enabled" }, locked: { objectLock: true } },
  })
  onTestFinished(() => server.stop())
  const trial = openTrial()
  const { endpoint, credentials } = server
  const env = {
    BCOPY_CONFIG_DIR: trial.at("config"),
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: "us-east-1",
  }
  for (const [name, value] of Object.entries(env)) process.env[name] = value
  onTestFinished(() => {
    for (const name of Object.keys(env)) delete process.env[name]
  })
  const bcopy = (...argv: string[]) => trial.bcopyWith({ env }, ...argv)
  return { trial, bcopy }
}

test("points in a bucket with Object Lock are locked, listed, kept when removed, and restored meanwhile", async () => {
  const { trial, bcopy } = await withBuckets()
  const repo = "s3://locked/offsite"
  expect(await bcopy("init", "--repo", repo, "--no-encryption")).toMatchObject({ exit: 0 })
  expect((await bcopy("locks", "--repo", repo)).stdout).toContain("nothing is locked")
  expect((await bcopy("locks", "accept", "--repo", repo, "--days", "30", "--dry-run")).stdout).toContain(
    "would be in force",
  )
  expect((await bcopy("locks", "accept", "--repo", repo, "--days", "30")).stdout).toContain(
    "30 days, in compliance mode",
  )
  makeImage(trial.at("disk.raw"), { sizeMib: 1, seed: "locks" })
  const backup = ["backup", "--repo", repo, "--job", "nightly", "--workload", "web01", trial.at("disk.raw")]
  for (let at = 0; at < 2; at++) expect(await bcopy(...backup)).toMatchObject({ exit: 0 })
  const locks = JSON.parse((await bcopy("locks", "--repo", repo, "--prices", "aws-standard", "--json")).stdout) as {
    points: { point: string; lockedUntil: string }[]
    months: unknown[]
    pricePerMonth: unknown
  }
  expect(locks).toMatchObject({
    immutability: { days: 30, mode: "compliance", generationDays: 10 },
    dead: { packs: 0 },
  })
  expect(locks.points).toHaveLength(2)
  expect(locks.months.length).toBeGreaterThan(0)
  const days = (Date.parse(locks.points[0]?.lockedUntil ?? "") - Date.now()) / 86_400_000
  expect(Math.round(days)).toBe(30)

  const id = locks.points[0]?.point ?? ""
  const of = ["--repo", repo, "--workload", "web01", "--point", id]
  expect((await bcopy("points", "remove", ...of, "--undo", "0", "--yes")).stdout).toContain("it is locked until")
  const pruned = await bcopy("prune", "--repo", repo)
  expect(pruned.stdout).toContain("1 removed point stays until its lock is over")
  expect((await bcopy("points", "--removed", "--repo", repo, "--json")).stdout).toContain('"lockedUntil"')
  const out = trial.at("out.raw")
  expect(await bcopy("restore", ...of, "--output", out)).toMatchObject({ exit: exitCodes.failed })
  expect(await bcopy("restore", ...of, "--removed", "--output", out)).toMatchObject({ exit: 0 })
  expect(await bcopy("points", "restore-removed", ...of)).toMatchObject({ exit: 0 })
  expect((await bcopy("locks", "extend", "--repo", repo)).stdout).toContain("all points are locked")
  for (const less of [["--off"], ["--days", "7"], ["--days", "30", "--mode", "governance"]]) {
    const refused = await bcopy("locks", "accept", "--repo", repo, ...less)
    expect([refused.exit, refused.stderr.includes("less than now")]).toEqual([exitCodes.refused, true])
    const tried = await bcopy("locks", "accept", "--repo", repo, ...less, "--dry-run")
    expect([tried.exit, tried.stdout.includes("asks for --yes")]).toEqual([0, true])
  }
  expect((await bcopy("locks", "accept", "--repo", repo, "--off", "--yes")).stdout).toContain("what is locked stays so")
})

test("buckets and folders that lock nothing are refused, each with words of its own", async () => {
  const { trial, bcopy } = await withBuckets()
  for (const [repo, why] of [
    ["s3://plain/x", "neither versions nor Object Lock"],
    ["s3://versioned/x", "versions, but no Object Lock"],
    [trial.at("folder"), "is a folder"],
  ] as const) {
    expect(await bcopy("init", "--repo", repo, "--no-encryption")).toMatchObject({ exit: 0 })
    const refused = await bcopy("locks", "accept", "--repo", repo, "--days", "7")
    expect(refused.exit).toBe(exitCodes.refused)
    expect(refused.stderr).toContain(why)
  }
})

test("options of locks that mean nothing are usage errors, and locks of over ten years are asked about", async () => {
  const { bcopy } = await withBuckets()
  const repo = "s3://locked/offsite"
  await bcopy("init", "--repo", repo, "--no-encryption")
  for (const argv of [
    [],
    ["--days", "0"],
    ["--days", "1000"],
    ["--days", "7", "--off"],
    ["--days", "7", "--mode", "strict"],
  ])
    expect((await bcopy("locks", "accept", "--repo", repo, ...argv)).exit).toBe(exitCodes.usage)
  expect(await bcopy("locks", "accept", "--repo", repo, "--follow-retention")).toMatchObject({ exit: 0 })
  const policy = ["retention", "accept", "--repo", repo, "--job", "nightly", "--days", "7", "--yearly", "15:january"]
  expect((await bcopy(...policy)).stderr).toContain("nobody could shorten those of over ten years")
  expect(await bcopy(...policy, "--yes")).toMatchObject({ exit: 0 })
})
