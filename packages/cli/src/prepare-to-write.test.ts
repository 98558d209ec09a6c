import { readdirSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { makeImage, openTrial } from "../testing/trial.ts"

const DAY_S = 24 * 60 * 60

test("backup and copy remove what runs killed more than a day ago left in tmp/, and nothing of a dry run's", async () => {
  const { at, bcopy } = openTrial()
  makeImage(at("disk.raw"), { sizeMib: 1, seed: "sweep" })
  for (const name of ["from", "to"]) await bcopy("init", "--repo", at(name), "--no-encryption")
  const backup = ["backup", "--repo", at("from"), "--job", "j", "--workload", "w", at("disk.raw")]
  const copy = ["copy", "--from", at("from"), "--to", at("to")]
  for (const [name, argv] of [
    ["from", backup],
    ["to", copy],
  ] as const) {
    const tmp = join(at(name), "tmp")
    const nowS = Date.now() / 1000
    for (const [file, atS] of [
      [`bcopy-${"0".repeat(24)}`, nowS - 2 * DAY_S],
      [`bcopy-${"1".repeat(24)}`, nowS],
      ["notes", nowS - 2 * DAY_S],
    ] as const) {
      writeFileSync(join(tmp, file), "")
      utimesSync(join(tmp, file), atS, atS)
    }
    expect((await bcopy(...argv, "--dry-run")).exit).toBe(0)
    expect(readdirSync(tmp)).toHaveLength(3)
    expect((await bcopy(...argv)).exit).toBe(0)
    expect(readdirSync(tmp).toSorted()).toEqual([`bcopy-${"1".repeat(24)}`, "notes"])
  }
})
