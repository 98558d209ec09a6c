import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { decodePackHeader } from "@bcopy/chain-format"
import { afterAll, beforeAll, expect, test } from "vitest"
import { digestOf, makeImage, openTrial, type Ran } from "../testing/trial.ts"
import { exitCodes } from "./exit-codes.ts"

const { done, failed, damaged } = exitCodes
const trial = openTrial(afterAll)
const { at, bcopy } = trial

/** What each command comes to. Restores are of the oldest point, and of the newest one by its id. */
interface Expected {
  readonly points: number
  readonly verify: number
  readonly oldest: number
  readonly newest: number
  /** What stderr and the verdicts of verify call it by. */
  readonly about: RegExp
}
const fine: Expected = { points: done, verify: done, oldest: done, newest: done, about: /^$/ }
const closed = (about: RegExp): Expected => ({
  points: damaged,
  verify: damaged,
  oldest: damaged,
  newest: damaged,
  about,
})

const mutations = ["flip", "truncate", "delete", "swap"] as const
type Mutation = (typeof mutations)[number]

const table: Readonly<Record<string, Partial<Record<Mutation, Expected>> & { readonly rest: Expected }>> = {
  "the birth certificate": { rest: closed(/bcopy\.json/) },
  "the repository's settings": { rest: closed(/settings/) },
  "the job's settings": { rest: { ...fine, verify: damaged, about: /settings/ } },
  // Later entries repeat what it said: nobody reads it again.
  "the opening entry": { rest: fine },
  "the oldest point's entry": { rest: { ...fine, verify: damaged, oldest: damaged, about: /web01/ } },
  "the newest point's entry": {
    // Nothing names the newest entry: docs/design.md, Threat model.
    delete: { ...fine, newest: failed, about: /web01/ },
    rest: { ...fine, verify: damaged, newest: damaged, about: /web01/ },
  },
  "the oldest point's data pack": {
    rest: { ...fine, verify: damaged, oldest: damaged, newest: damaged, about: /web01/ },
  },
  "the newest point's map pack": { rest: { ...fine, verify: damaged, newest: damaged, about: /web01/ } },
}

/** Where an object lies, and the same one of another repository. */
let objects: Readonly<Record<string, string>>
let foreign: Readonly<Record<string, string>>
let points: readonly string[]
let images: readonly string[]

beforeAll(async () => {
  foreign = await makeRepository(at("foreign"))
  objects = await makeRepository(at("repo"))
  const { stdout } = await bcopy("points", "--repo", at("repo"), "--json")
  points = (JSON.parse(stdout) as { points: readonly { point: string }[] }).points.map(({ point }) => point)
  images = ["old", "new"].map((name) => digestOf(at(`${name}.raw`)))
})

/** Makes a repository of two points, of which the newer shares all blocks but one; gives its files by what they hold. */
async function makeRepository(repo: string): Promise<Readonly<Record<string, string>>> {
  makeImage(at("old.raw"), { sizeMib: 1, seed: "image" })
  writeFileSync(at("new.raw"), Buffer.from(readFileSync(at("old.raw"))).fill("changed", 600_000, 600_100))
  const list = () => readdirSync(repo, { recursive: true, encoding: "utf8" }).map((name) => join(repo, name))
  const made: string[][] = []
  for (const argv of [
    ["init", "--no-encryption"],
    ["backup", "--job", "nightly", "--workload", "web01", `sda=${at("old.raw")}`],
    ["backup", "--job", "nightly", "--workload", "web01", `sda=${at("new.raw")}`],
  ]) {
    expect((await bcopy(...argv, "--repo", repo)).exit).toBe(done)
    made.push(list().filter((path) => !made.flat().includes(path)))
  }
  const [init = [], first = [], second = []] = made
  const find = (paths: readonly string[], part: RegExp) => paths.filter((path) => part.test(path)).toSorted()
  const pack = (paths: readonly string[], kind: string) =>
    find(paths, /\/packs\/.{32}\/.{8}$/).find((path) => decodePackHeader(readFileSync(path)).kind === kind) as string
  // The newest entry of a log lists first.
  const [oldestPoint, opened] = find(first, /\/log\/.{32}\/.{14}$/)
  return {
    "the birth certificate": join(repo, "bcopy.json"),
    "the repository's settings": find(init, /\/log\/.{14}$/)[0] as string,
    "the job's settings": find(first, /\/settings\/.{14}$/)[0] as string,
    "the opening entry": opened as string,
    "the oldest point's entry": oldestPoint as string,
    "the newest point's entry": find(second, /\/log\/.{32}\/.{14}$/)[0] as string,
    "the oldest point's data pack": pack(first, "dataPack"),
    "the newest point's map pack": pack(second, "mapPack"),
  }
}

/** Mutates a file in its place, so that the repository stays the one that it was, and gives what puts it back. */
function mutate(mutation: Mutation, path: string, other: string): () => void {
  const bytes = readFileSync(path)
  if (mutation === "delete") {
    renameSync(path, at("aside"))
    return () => renameSync(at("aside"), path)
  }
  const half = bytes.length >> 1
  const changed = {
    flip: bytes.with(half, (bytes[half] as number) ^ 1),
    truncate: bytes.subarray(0, half),
    swap: readFileSync(other),
  }
  writeFileSync(path, changed[mutation])
  return () => writeFileSync(path, bytes)
}

for (const [name, rows] of Object.entries(table))
  for (const mutation of mutations)
    test(`${mutation} of ${name} is told by status and by name, and no wrong bytes are left behind`, async () => {
      const expected = rows[mutation] ?? rows.rest
      const putBack = mutate(mutation, objects[name] as string, foreign[name] as string)
      try {
        const repo = ["--repo", at("repo")]
        const listed = await bcopy("points", ...repo)
        const verified = await bcopy("verify", ...repo, "--all", "--read-data", "--dry-run")
        const [oldest, newest] = [await restore(0), await restore(1)]
        expect({
          points: listed.exit,
          verify: verified.exit,
          oldest: oldest.exit,
          newest: newest.exit,
          about: expected.about,
        }).toEqual(expected)
        for (const ran of [listed, verified, oldest, newest])
          if (ran.exit !== done) expect(ran.stderr + (ran === verified ? ran.stdout : "")).toMatch(expected.about)
        if (expected === fine) expect(listed.stderr).toBe("")
      } finally {
        putBack()
      }
    })

/** Restores a point: its very bytes, or nothing at all. */
async function restore(index: number): Promise<Ran> {
  const output = at("out.raw")
  const point = points[index] as string
  const ran = await bcopy("restore", "--repo", at("repo"), "--workload", "web01", "--point", point, "--output", output)
  expect(existsSync(output)).toBe(ran.exit === done)
  if (ran.exit === done) expect(digestOf(output)).toBe(images[index])
  rmSync(output, { force: true })
  expect(readdirSync(at(".")).filter((file) => file.includes("out"))).toEqual([])
  return ran
}

test("a repository that has lost its settings is finished by init, with all its points", async () => {
  const putBack = mutate("delete", objects["the repository's settings"] as string, "")
  try {
    const ran = await bcopy("points", "--repo", at("repo"))
    expect(ran).toMatchObject({ exit: damaged, stderr: expect.stringContaining("bcopy init") as unknown })
    expect((await bcopy("init", "--repo", at("repo"), "--no-encryption")).exit).toBe(done)
    expect((await bcopy("verify", "--repo", at("repo"), "--all", "--read-data")).exit).toBe(done)
  } finally {
    putBack()
  }
})
