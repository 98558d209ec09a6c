import { expect, test } from "vitest"
import { sumReports, summaryLine } from "./sum-reports.ts"

/** A report as Vitest writes it, from file → its tests' states. */
function report(files: Readonly<Record<string, readonly string[]>>, success = true): string {
  return JSON.stringify({
    success,
    testResults: Object.entries(files).map(([name, states]) => ({
      name,
      status: success ? "passed" : "failed",
      assertionResults: states.map((status, index) => ({ fullName: `${name} ${index}`, status })),
    })),
  })
}

test("tests of all projects are added up, skipped and todo ones by name", () => {
  const totals = sumReports([
    { project: "packages/a", text: report({ x: ["passed", "skipped"], y: ["passed"] }) },
    { project: "tools", text: report({ z: ["todo", "passed", "pending"] }) },
  ])
  expect(summaryLine(totals)).toBe("3 passed, 0 failed, 3 skipped")
  expect(totals.skipped).toEqual(["packages/a: x 1", "tools: z 0", "tools: z 2"])
})

test("a failed test counts and is named", () => {
  const totals = sumReports([{ project: "packages/a", text: report({ x: ["passed", "failed"] }, false) }])
  expect(summaryLine(totals)).toBe("1 passed, 1 failed, 0 skipped")
  expect(totals.failures).toEqual(["packages/a: x 1"])
})

test.each([
  ["a project without a report", undefined, "packages/a: wrote no report"],
  ["a file that could not be loaded", report({ x: [] }, false), "packages/a: x could not be run"],
  [
    "a run that failed outside of its tests",
    JSON.stringify({ success: false, testResults: [] }),
    "packages/a: an error outside of any test",
  ],
])("%s counts as a failure", (_, text, failure) => {
  const totals = sumReports([{ project: "packages/a", text }])
  expect(summaryLine(totals)).toBe("0 passed, 1 failed, 0 skipped")
  expect(totals.failures).toEqual([failure])
})
