import { mkdirSync, readdirSync } from "node:fs"
import { expect, test } from "vitest"
import { openTrial } from "../testing/trial.ts"
import { renderPassport } from "./render-passport.ts"

const paint = { bold: (text: string) => text } as never

test("a passport says what was seen, and what that means", () => {
  const properties = [
    { name: "atomic-create", ok: false, needed: true, detail: "20 of 20 racing creators were told they won" },
    { name: "clock", ok: false, needed: false, detail: "400 s behind this machine's" },
    { name: "ranges", ok: true, needed: true, detail: "cut at the end" },
  ]
  expect(renderPassport("s3://b/p", { kind: "s3", properties }, paint)).toBe(`result   property       what was seen
MISSING  atomic-create  20 of 20 racing creators were told they won
lacking  clock          400 s behind this machine's
ok       ranges         cut at the end

s3://b/p cannot keep a repository: it lacks atomic-create`)
})

test("store test tries a folder, and says that it can keep a repository", async () => {
  const { at, bcopy } = openTrial()
  const missing = await bcopy("store", "test", "--repo", at("new"))
  expect(missing).toMatchObject({ exit: 2, stderr: expect.stringContaining("there is no folder") })
  mkdirSync(at("new"))
  expect((await bcopy("store", "test", "--repo", at("new"), "--dry-run")).stdout).toContain("would try")
  expect(readdirSync(at("new"))).toEqual([])
  const { exit, stdout } = await bcopy("store", "test", "--repo", at("new"))
  expect(exit).toBe(0)
  expect(stdout).toMatch(/^ok +link-once/m)
  expect(stdout).toContain("can keep a repository")
  const { stdout: json } = await bcopy("store", "test", "--repo", at("new"), "--json")
  expect(JSON.parse(json)).toMatchObject({ fit: true, passport: { kind: "folder" } })
  expect(readdirSync(at("new"))).toEqual([])
})
