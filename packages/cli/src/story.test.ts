import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { requireTool } from "@bcopy/require-tool"
import { expect, test } from "vitest"
import { digestOf, makeImage, openTrial, scribble, type Ran } from "../testing/trial.ts"

function done(ran: Ran): Ran {
  expect(ran).toMatchObject({ exit: 0 })
  return ran
}

test("a machine is backed up twice, copied, lost with its repository, and comes back byte by byte", async () => {
  const { at, bcopy } = openTrial()
  makeImage(at("web01.raw"), { sizeMib: 24, seed: "web01" })
  done(await bcopy("init", "--repo", at("local"), "--no-encryption"))
  done(await bcopy("init", "--repo", at("offsite"), "--no-encryption", "--pack-size", "8MiB"))

  const backUp = ["backup", "--repo", at("local"), "--job", "nightly", "--workload", "web01", `sda=${at("web01.raw")}`]
  const before = digestOf(at("web01.raw"))
  expect(done(await bcopy(...backUp)).stdout).toMatch(/^✓ nightly\/web01 {2}point [0-9a-f]{8} {2}full {2}24\.0 MiB, /)
  scribble(at("web01.raw"), 5_000_000, "a change")
  const after = digestOf(at("web01.raw"))
  expect(done(await bcopy(...backUp)).stdout).toMatch(
    /^✓ nightly\/web01 {2}point [0-9a-f]{8} {2}increment {2}24\.0 MiB, /,
  )

  done(await bcopy("copy", "--from", at("local"), "--to", at("offsite"), "--select", "all"))
  rmSync(at("local"), { recursive: true })
  rmSync(at("web01.raw"))

  done(await bcopy("verify", "--repo", at("offsite"), "--all", "--read-data"))
  done(await bcopy("restore", "--repo", at("offsite"), "--workload", "web01", "--output", at("newest.raw")))
  expect(digestOf(at("newest.raw"))).toBe(after)
  const { stdout } = done(await bcopy("points", "--repo", at("offsite"), "--json"))
  const [first] = (JSON.parse(stdout) as { points: { point: string }[] }).points
  const older = ["--point", first!.point.slice(0, 8), "--output", at("newest.raw")]
  const over = done(await bcopy("restore", "--repo", at("offsite"), "--workload", "web01", ...older, "--overwrite"))
  expect(over.stdout).toMatch(/64\.0 KiB written, 23\.9 MiB there already/)
  expect(digestOf(at("newest.raw"))).toBe(before)
})

test("several disks come back as files in a folder, or one of them alone", async () => {
  const { at, bcopy } = openTrial()
  makeImage(at("a.raw"), { sizeMib: 5, seed: "a" })
  makeImage(at("b.raw"), { sizeMib: 3, seed: "b" })
  truncateSync(at("b.raw"), (3 << 20) - 1000)
  done(await bcopy("init", "--repo", at("repo"), "--no-encryption"))
  done(await bcopy("backup", "--repo", at("repo"), "--job", "j", "--workload", "db", `sda=${at("a.raw")}`, at("b.raw")))
  const restore = ["restore", "--repo", at("repo"), "--workload", "db"]
  done(await bcopy(...restore, "--output", at("out")))
  expect(readdirSync(at("out")).toSorted()).toEqual(["b.raw", "sda.raw"])
  expect(digestOf(join(at("out"), "sda.raw"))).toBe(digestOf(at("a.raw")))
  expect(digestOf(join(at("out"), "b.raw"))).toBe(digestOf(at("b.raw")))
  done(await bcopy(...restore, "--disk", "b.raw", "--output", at("alone.raw")))
  expect(digestOf(at("alone.raw"))).toBe(digestOf(at("b.raw")))
})

test("disks are matched to the parent's by name, and one that was renamed by position", async () => {
  const { at, bcopy } = openTrial()
  for (const name of ["a", "b"]) makeImage(at(name), { sizeMib: 8, seed: name })
  done(await bcopy("init", "--repo", at("repo"), "--no-encryption"))
  const backUp = async (...images: string[]) => {
    const ran = done(await bcopy("backup", "--repo", at("repo"), "--job", "j", "--workload", "w", "--json", ...images))
    return (JSON.parse(ran.stdout) as { counts: { newBytes: number } }).counts.newBytes
  }
  expect(await backUp(`sda=${at("a")}`, `sdb=${at("b")}`)).toBeGreaterThan(8 << 20)
  expect(await backUp(`sdb=${at("b")}`, `sda=${at("a")}`)).toBe(0)
  expect(await backUp(`vda=${at("a")}`, `sdb=${at("b")}`)).toBe(0)
})

test("BCOPY_REPO stands for --repo, and --repo goes before it", async () => {
  const { at, bcopyWith } = openTrial()
  const env = { BCOPY_REPO: at("one") }
  done(await bcopyWith({ env }, "init", "--no-encryption"))
  expect(done(await bcopyWith({ env }, "points")).stdout).toBe("no points\n")
  expect((await bcopyWith({ env }, "points", "--repo", at("two"))).exit).toBe(10)
})

test("a repository that was copied by cp is read-only until it is adopted", async () => {
  const { at, bcopy } = openTrial()
  makeImage(at("a.raw"), { sizeMib: 4, seed: "a" })
  done(await bcopy("init", "--repo", at("repo"), "--no-encryption"))
  const backUp = (repo: string) => bcopy("backup", "--repo", repo, "--job", "j", "--workload", "w", at("a.raw"))
  done(await backUp(at("repo")))
  execFileSync("cp", ["-a", at("repo"), at("moved")])
  expect(await backUp(at("moved"))).toMatchObject({
    exit: 14,
    stderr: expect.stringContaining("bcopy adopt") as unknown,
  })
  done(await bcopy("restore", "--repo", at("moved"), "--workload", "w", "--output", at("out.raw")))
  expect(done(await bcopy("adopt", "--repo", at("moved"), "--dry-run")).stdout).toMatch(/^would adopt /)
  expect((await backUp(at("moved"))).exit).toBe(14)
  expect(done(await bcopy("adopt", "--repo", at("moved"))).stdout).toMatch(/^adopted .*: 1 points, \d+ packs found/)
  done(await backUp(at("moved")))
  expect(done(await bcopy("adopt", "--repo", at("moved"))).stdout).toContain("nothing to adopt")
})

test("a dry run of every command that writes leaves everything as it was", async () => {
  const { at, bcopy } = openTrial()
  makeImage(at("a.raw"), { sizeMib: 4, seed: "a" })
  const backUp = ["backup", "--repo", at("repo"), "--job", "j", "--workload", "w", at("a.raw")]
  expect(done(await bcopy("init", "--repo", at("repo"), "--no-encryption", "--dry-run")).stdout).toMatch(
    /^would make a repository/,
  )
  expect(existsSync(at("repo"))).toBe(false)
  done(await bcopy("init", "--repo", at("repo"), "--no-encryption"))
  done(await bcopy("init", "--repo", at("other"), "--no-encryption"))
  expect(done(await bcopy(...backUp, "--dry-run")).stdout).toBe(`would back up j/w: full, a.raw from ${at("a.raw")}\n`)
  expect(done(await bcopy("points", "--repo", at("repo"))).stdout).toBe("no points\n")
  done(await bcopy(...backUp))
  expect(done(await bcopy(...backUp, "--dry-run")).stdout).toMatch(/^would back up j\/w: increment/)
  expect(done(await bcopy("copy", "--from", at("repo"), "--to", at("other"), "--dry-run")).stdout).toMatch(
    /^would copy j\/w point/,
  )
  expect(done(await bcopy("points", "--repo", at("other"))).stdout).toBe("no points\n")
  const restore = ["restore", "--repo", at("repo"), "--workload", "w", "--output", at("out.raw"), "--dry-run"]
  expect(done(await bcopy(...restore)).stdout).toMatch(/^would restore j\/w/)
  expect(existsSync(at("out.raw"))).toBe(false)
})

test("a copy takes the newest point, then says why it left out the others", async () => {
  const { at, bcopy } = openTrial()
  makeImage(at("a.raw"), { sizeMib: 4, seed: "a" })
  for (const repo of ["from", "to"]) done(await bcopy("init", "--repo", at(repo), "--no-encryption"))
  for (const text of ["one", "two", "three"]) {
    scribble(at("a.raw"), 100, text)
    done(await bcopy("backup", "--repo", at("from"), "--job", "nightly", "--workload", "w", at("a.raw")))
  }
  const copy = ["copy", "--from", at("from"), "--to", at("to"), "--job", "nightly", "--as", "away"]
  const first = done(await bcopy(...copy)).stdout
  expect(first).toMatch(/^✓ away\/w {2}point/)
  expect(first).toContain("left out: 2 not the newest point")
  expect(done(await bcopy(...copy)).stdout).toMatch(/^nothing to copy: .*1 already copied/)
  expect(done(await bcopy(...copy, "--as", "all", "--select", "all")).stdout.match(/✓ all\/w/g)).toHaveLength(3)
})

test("init finishes a repository that was not made to the end, under its own id", async () => {
  const { at, bcopy } = openTrial()
  done(await bcopy("init", "--repo", at("repo"), "--no-encryption"))
  const birth = digestOf(join(at("repo"), "bcopy.json"))
  rmSync(join(at("repo"), "log"), { recursive: true })
  expect(await bcopy("points", "--repo", at("repo"))).toMatchObject({
    exit: 10,
    stderr: expect.stringContaining("bcopy init") as unknown,
  })
  done(await bcopy("init", "--repo", at("repo"), "--no-encryption"))
  expect(digestOf(join(at("repo"), "bcopy.json"))).toBe(birth)
  expect(done(await bcopy("points", "--repo", at("repo"))).stdout).toBe("no points\n")
})

test("points and workloads are listed by name, whatever their ids", async () => {
  const { at, bcopy } = openTrial()
  makeImage(at("a.raw"), { sizeMib: 1, seed: "a" })
  done(await bcopy("init", "--repo", at("repo"), "--no-encryption"))
  for (const [job, workload] of [
    ["b", "y"],
    ["b", "x"],
    ["a", "z"],
    ["c", "w"],
  ] as const)
    done(await bcopy("backup", "--repo", at("repo"), "--job", job, "--workload", workload, at("a.raw")))
  for (const command of ["points", "show"]) {
    const { stdout } = done(await bcopy(command, "--repo", at("repo")))
    expect([...stdout.matchAll(/^([abc]) {4}([w-z]) /gm)].map(([, job, workload]) => `${job}/${workload}`)).toEqual([
      "a/z",
      "b/x",
      "b/y",
      "c/w",
    ])
  }
})

test("show tells of a repository, a workload and a point", async () => {
  const { at, bcopy } = openTrial()
  makeImage(at("a.raw"), { sizeMib: 4, seed: "a" })
  done(await bcopy("init", "--repo", at("repo"), "--no-encryption", "--block-size", "128KiB"))
  expect(done(await bcopy("show", "--repo", at("repo"))).stdout).toContain("no workloads")
  done(await bcopy("backup", "--repo", at("repo"), "--job", "j", "--workload", "w", `sda=${at("a.raw")}`))
  const overview = done(await bcopy("show", "--repo", at("repo"))).stdout
  expect(overview).toMatch(/^block size {2}128\.0 KiB$/m)
  expect(overview).toMatch(/^j {4}w {14}1 {2}/m)
  expect(done(await bcopy("show", "--repo", at("repo"), "--workload", "w")).stdout).toMatch(/^j {4}w .* complete$/m)
  const point = done(await bcopy("show", "--repo", at("repo"), "--workload", "w", "--point", "latest")).stdout
  expect(point).toMatch(/^parent {7}none$/m)
  expect(point).toMatch(/^disk sda {2}4\.0 MiB {2}content root [0-9a-f]{64}$/m)
})

test.skipIf(!requireTool("mke2fs", "e2fsprogs"))("a real file system comes back whole [needs e2fsprogs]", async () => {
  const { at, bcopy } = openTrial()
  mkdirSync(at("files"))
  for (let file = 0; file < 40; file++)
    writeFileSync(join(at("files"), `file-${file}`), `content ${file}\n`.repeat(3000))
  const sbin = { env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` } }
  execFileSync("mke2fs", ["-q", "-t", "ext4", "-d", at("files"), at("disk.raw"), "32M"], { ...sbin, stdio: "ignore" })
  done(await bcopy("init", "--repo", at("repo"), "--no-encryption"))
  done(await bcopy("backup", "--repo", at("repo"), "--job", "j", "--workload", "w", at("disk.raw")))
  done(await bcopy("restore", "--repo", at("repo"), "--workload", "w", "--output", at("out.raw")))
  expect(digestOf(at("out.raw"))).toBe(digestOf(at("disk.raw")))
  execFileSync("e2fsck", ["-fn", at("out.raw")], { ...sbin, stdio: "ignore" })
})
