import { spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"

// Holds everything that a bucket is used for against two gateways, one after the other: the Ceph that this system's packages
// bring (16.2 in Debian 12), and the newest that Debian has. test-ceph.ts [options of ceph.ts]. Exits 1 if anything fails.
const totals = { passed: 0, failed: 0, skipped: 0 }
for (const release of [[], ["--release", "sid"]]) {
  const { last, status } = await run([...release, ...process.argv.slice(2)])
  const counts = /^ceph: (\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(last)?.slice(1).map(Number)
  const [passed = 0, failed = 0, skipped = 0] = counts ?? []
  totals.passed += passed
  totals.skipped += skipped || 0
  // Whoever ends badly without saying how many failed has failed as one.
  totals.failed += failed === 0 && status !== 0 ? 1 : failed
}
console.log(`test:ceph: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exitCode = totals.failed > 0 ? 1 : 0

async function run(args: readonly string[]): Promise<{ readonly last: string; readonly status: number | null }> {
  const program = [...process.execArgv, join(import.meta.dirname, "ceph.ts"), ...args]
  const child = spawn(process.execPath, program, { stdio: ["ignore", "pipe", "inherit"] })
  let last = ""
  createInterface(child.stdout).on("line", (line) => {
    last = line
    console.log(line)
  })
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve)
  })
  return { last, status }
}
