import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { expect, test } from "vitest"
import { makeImage, openTrial } from "../testing/trial.ts"

const examples = join(import.meta.dirname, "../examples")

test.skipIf(process.platform === "win32")("the example's first steps lead to a disk that is back", () => {
  const { at } = openTrial()
  mkdirSync(at("bin"))
  mkdirSync(at("work"))
  const main = join(import.meta.dirname, "../dist/main.js")
  writeFileSync(at("bin/bcopy"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, {
    mode: 0o755,
  })
  const env = { ...process.env, PATH: `${at("bin")}${delimiter}${process.env["PATH"]}` }
  const printed = execFileSync("sh", [join(examples, "first-steps.sh"), at("work")], {
    encoding: "utf8",
    env,
    stdio: "pipe",
  })
  expect(printed).toMatch(/^nightly {2}web01 +[0-9a-f]{8} +2 /m)
  expect(printed).toMatch(/the disk is back, byte by byte\n$/)
})

test("the example reads the document of points", async () => {
  const { at, bcopy } = openTrial()
  makeImage(at("disk.raw"), { sizeMib: 1, seed: "example" })
  await bcopy("init", "--repo", at("repo"), "--no-encryption")
  await bcopy("backup", "--repo", at("repo"), "--job", "nightly", "--workload", "web01", at("disk.raw"))
  const { stdout } = await bcopy("points", "--repo", at("repo"), "--json")
  const printed = execFileSync(process.execPath, [join(examples, "newest-point.ts")], {
    input: stdout,
    encoding: "utf8",
  })
  expect(printed).toMatch(/^\d{4}-.*Z by nightly\n$/)
})
