import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { readPackages } from "../read-packages/read-packages.ts"
import { sumReports, summaryLine } from "./sum-reports.ts"
import type { Totals } from "./sum-reports.ts"

// Runs all checks in order, stops at the first that fails, and ends with one line of totals, also left in
// .test-results/summary.txt. A check that fails outside of the tests counts as one failure, so that "0 failed" is true.
const root = join(import.meta.dirname, "../..")
const results = join(root, ".test-results")
// Programs that tests start from their sources by the hundred are compiled once.
const compiled = process.env["NODE_COMPILE_CACHE"] ?? join(root, "node_modules/.cache/compiled")
const nx = ["nx", "run-many", "--output-style=static"]

// It takes one core and as long as all that is done before the tests: both go on at once.
const format = begin(["prettier", "--check", "--log-level", "warn", "."])

const steps: { name: string; command: readonly string[] }[] = [
  { name: "lint", command: ["oxlint"] },
  { name: "layers", command: ["node", "tools/check-layers/check-layers.ts"] },
  { name: "typecheck", command: ["tsc", "-p", "tsconfig.json"] },
  { name: "build", command: [...nx, "-t", "build"] },
  { name: "export lists", command: ["node", "tools/export-lists/export-lists.ts"] },
  { name: "tests", command: [...nx, "-t", "test"] },
  { name: "packages", command: [...nx, "-t", "check:package"] },
  { name: "consumer", command: ["node", "tools/consumer-test/consumer-test.ts"] },
]

const projects = [...readPackages(root).map(({ folderName }) => `packages/${folderName}`), "tools"]
// A report of an earlier run must not be counted; Nx brings back those of cached tests.
for (const folder of [results, ...projects.map((project) => join(root, project, ".test-results"))])
  rmSync(folder, { recursive: true, force: true })

let failedStep: string | undefined
let testsRan = false
for (const { name, command } of steps) {
  if (name === "tests" && !(await format.passes("format"))) {
    failedStep = "format"
    break
  }
  const startMs = performance.now()
  console.log(`\n== ${name}`)
  const [program = "", ...rest] = command
  const { status, error } = spawnSync(program, rest, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
    env: { ...process.env, NX_DAEMON: "false", NX_TUI: "false", NODE_COMPILE_CACHE: compiled },
  })
  if (error !== undefined) console.error(error.message)
  if (name === "tests") testsRan = true
  console.log(`== ${name}: ${status === 0 ? "ok" : "FAILED"}, ${((performance.now() - startMs) / 1000).toFixed(1)} s`)
  if (status === 0) continue
  failedStep = name
  break
}

format.stop()
const totals = countTests()
console.log()
for (const name of totals.skipped) console.log(`skipped: ${name}`)
for (const name of totals.failures) console.log(`failed: ${name}`)
if (failedStep !== undefined) console.log(`stopped at: ${failedStep}`)

mkdirSync(results, { recursive: true })
writeFileSync(join(results, "summary.txt"), `${summaryLine(totals)}\n`)
if (totals.failed > 0) process.exitCode = 1
console.log(summaryLine(totals))

/** Starts a step beside others: what it says is shown when it is asked whether it passes. */
function begin([program = "", ...rest]: readonly string[]) {
  const child = spawn(program, rest, { cwd: root, shell: process.platform === "win32" })
  let said = ""
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text))
  const ended = new Promise<boolean>((resolve) => {
    child.once("error", ({ message }) => (said += `${message}\n`))
    child.once("close", (status) => resolve(status === 0))
  })
  return {
    async passes(name: string): Promise<boolean> {
      const ok = await ended
      console.log(`\n== ${name}\n${said}== ${name}: ${ok ? "ok" : "FAILED"}`)
      return ok
    },
    stop: () => child.kill(),
  }
}

function countTests(): Totals {
  const counted = testsRan
    ? sumReports(projects.map((project) => ({ project, text: reportOf(project) })))
    : sumReports([])
  if (failedStep === undefined || counted.failed > 0) return counted
  return { ...counted, failed: 1, failures: [`the step ${failedStep}`] }
}

function reportOf(project: string): string | undefined {
  const path = join(root, project, ".test-results/vitest.json")
  return existsSync(path) ? readFileSync(path, "utf8") : undefined
}
