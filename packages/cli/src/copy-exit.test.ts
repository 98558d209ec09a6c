import { type CopyReport, EngineError } from "@bcopy/copy-engine"
import { expect, test } from "vitest"
import { copyExit } from "./copy-exit.ts"

const nothing: CopyReport = { copied: [], skipped: [], failed: [], planned: [], dryRun: false }
const skipped = (workload: string) => ({ job: "nightly", workload, point: "00", reason: "already copied" })
const failed = (workload: string, code: "Busy" | "Refused") => ({
  job: "nightly",
  workload,
  error: new EngineError(code, "no"),
})

test("without a failure it is done", () => {
  expect(copyExit({ ...nothing, skipped: [skipped("a")] })).toEqual({ exit: 0, errors: [] })
})

test("a failure beside a workload that had nothing to do is done in part", () => {
  const { exit, errors } = copyExit({ ...nothing, skipped: [skipped("a")], failed: [failed("b", "Busy")] })
  expect(exit).toBe(3)
  expect(errors).toMatchObject([{ code: "Busy", message: "nightly/b: no" }])
})

test("what was left out of the failed workload itself does not make it done in part", () => {
  expect(copyExit({ ...nothing, skipped: [skipped("b")], failed: [failed("b", "Busy")] }).exit).toBe(11)
})

test("where all failed the first failure decides", () => {
  expect(copyExit({ ...nothing, failed: [failed("a", "Refused"), failed("b", "Busy")] }).exit).toBe(14)
})

test("a message names its workload once, and a source that could not be listed without a slash", () => {
  const error = (message: string) => new EngineError("Damaged", message)
  const { errors } = copyExit({
    ...nothing,
    failed: [
      { job: "nightly", workload: "a", error: error("nightly/a: no") },
      { job: "/srv/primary", workload: "", error: error("/srv/primary: no") },
      { job: "/srv/primary", workload: "", error: error("no") },
    ],
  })
  expect(errors.map(({ message }) => message)).toEqual(["nightly/a: no", "/srv/primary: no", "/srv/primary: no"])
})
