import { stripVTControlCharacters } from "node:util"
import { expect, test } from "vitest"
import { makeImage, openTrial } from "../testing/trial.ts"

const CONTROL = /[^\P{Cc}\n]/u

async function backedUp(
  env: Record<string, string>,
  isTTY: boolean,
  { columns = 120, workload = "w" } = {},
): Promise<{ stdout: string; stderr: string }> {
  const { at, bcopy, bcopyWith } = openTrial()
  makeImage(at("disk.raw"), { sizeMib: 8, seed: "progress" })
  await bcopy("init", "--repo", at("repo"), "--no-encryption")
  let stdout = ""
  let stderr = ""
  const terminal = { isTTY, columns, rows: 40 }
  const io = {
    stdout: { ...terminal, write: (text: string) => (stdout += text) },
    stderr: { ...terminal, write: (text: string) => (stderr += text) },
    env,
  }
  const { exit } = await bcopyWith(
    io,
    "backup",
    "--repo",
    at("repo"),
    "--job",
    "j",
    "--workload",
    workload,
    at("disk.raw"),
  )
  expect(exit).toBe(0)
  return { stdout, stderr }
}

test("without a terminal there is a line when a task begins and one when it ends, and no control characters", async () => {
  const { stdout, stderr } = await backedUp({}, false)
  expect(stderr).toMatch(/^j\/w: started\nj\/w: point [0-9a-f]{8} done after \d+\.\d s\n$/)
  expect(stdout + stderr).not.toMatch(CONTROL)
})

test("a terminal sees how far it is and what is saved, and is left clean", async () => {
  const { stdout, stderr } = await backedUp({ TERM: "xterm" }, true)
  const frames = stripVTControlCharacters(stderr)
  expect(frames).toMatch(/j\/w {2}━+ {2}100 % {2}8\.0 MiB of 8\.0 MiB/)
  expect(frames).toMatch(/saved: zeros 2\.0 MiB, unchanged 0 B, deduplicated \d/)
  // The last thing that happens is that the lines are erased.
  expect(stderr.replaceAll("\u001b[?2026l", "").endsWith("\u001b[2K\u001b[G")).toBe(true)
  expect(stdout).toContain("\u001b[32m✓\u001b[39m")
})

test("NO_COLOR leaves the progress and takes the colours", async () => {
  const { stdout, stderr } = await backedUp({ TERM: "xterm", NO_COLOR: "1" }, true)
  expect(stderr).toContain("8.0 MiB of 8.0 MiB")
  for (const style of ["32", "2", "1"]) expect(stderr).not.toContain(`\u001b[${style}m`)
  expect(stdout).not.toMatch(CONTROL)
})

test("a dumb terminal gets plain lines", async () => {
  const { stderr } = await backedUp({ TERM: "dumb" }, true)
  expect(stderr).toMatch(/^j\/w: started\n/)
  expect(stderr).not.toMatch(CONTROL)
})

test("a terminal that tells no width gets plain lines", async () => {
  const { stderr } = await backedUp({ TERM: "xterm" }, true, { columns: 0 })
  expect(stderr).toMatch(/^j\/w: started\n/)
  expect(stderr).not.toMatch(CONTROL)
})

test("on 80 columns no line reaches the last one, with a name as long as they get", async () => {
  const { stderr } = await backedUp({ TERM: "xterm" }, true, { columns: 80, workload: "virtual-machine-".repeat(15) })
  const lines = stripVTControlCharacters(stderr).split("\n")
  expect(lines.some((line) => line.includes("of 8.0 MiB"))).toBe(true)
  for (const line of lines.flatMap((text) => text.split(/\r|(?=j\/v)|(?= {2}saved)/)))
    expect(line.length).toBeLessThan(80)
})

test("the lines of a copy name the points that are copied, those of a restore the workload", async () => {
  const { at, bcopy } = openTrial()
  makeImage(at("disk.raw"), { sizeMib: 4, seed: "copy" })
  for (const name of ["from", "to"]) await bcopy("init", "--repo", at(name), "--no-encryption")
  await bcopy("backup", "--repo", at("from"), "--job", "j", "--workload", "w", at("disk.raw"))
  const { points } = JSON.parse((await bcopy("points", "--repo", at("from"), "--json")).stdout) as {
    points: [{ point: string }]
  }
  const copied = await bcopy("copy", "--from", at("from"), "--to", at("to"))
  expect(copied.stderr).toContain(`j/w: started from point ${points[0].point.slice(0, 8)}\n`)
  const restore = ["restore", "--repo", at("to"), "--job", "j", "--workload", "w", "--output", at("out.raw")]
  expect((await bcopy(...restore)).stderr).toContain("j/w disk disk.raw: restoring 4.0 MiB\n")
})
