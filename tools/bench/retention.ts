import { planRetention, type RetentionPoint, type RetentionPolicy, simulate } from "@bcopy/retention-gfs"

// retention.ts [--quick]
// Plays three years of dailies through for more and more workloads, where time has to grow as they do and memory not at
// all, and plans 10^5 points at once. Exits 1 when a budget is missed.
const isQuick = process.argv.includes("--quick")
const policy: RetentionPolicy = {
  zone: "Europe/Berlin",
  days: 7,
  weekly: { keep: 4, day: "saturday" },
  monthly: { keep: 12, week: "first" },
  yearly: { keep: 3, month: "january" },
}
const from = Date.UTC(2025, 0, 1)
const HOUR_MS = 3_600_000
let missed = 0

function tell(what: string, value: number, unit: string, most: number): void {
  const isMissed = value > most
  missed += isMissed ? 1 : 0
  console.log(`${isMissed ? "MISS" : "ok  "}  ${what.padEnd(56)} ${value.toFixed(2)} ${unit}, at most ${most}`)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}

const counts = isQuick ? [100, 1000] : [1000, 10_000]
const sums: { perWorkloadMs: number; heldMib: number }[] = []
for (const workloads of counts) {
  const start = performance.now()
  let most = 0
  for (let workload = 0; workload < workloads; workload++)
    most = Math.max(most, simulate(policy, { at: ["22:00"] }, { fromMs: from, toMs: Date.UTC(2028, 0, 1) }).most)
  const seconds = (performance.now() - start) / 1000
  const rssMib = process.memoryUsage().rss / 2 ** 20
  // What is still held, not what the collector has not looked at yet.
  globalThis.gc?.()
  sums.push({ perWorkloadMs: (seconds * 1000) / workloads, heldMib: process.memoryUsage().heapUsed / 2 ** 20 })
  console.log(
    `      ${workloads} workloads, three years of dailies: ${seconds.toFixed(1)} s, at most ${most} points each, ${rssMib.toFixed(0)} MiB`,
  )
}
const [few, many] = sums as [(typeof sums)[0], (typeof sums)[0]]
tell("time of a workload, ten times as many beside it", many.perWorkloadMs / few.perWorkloadMs, "x", 1.3)
tell("memory held afterwards, ten times as many", many.heldMib / few.heldMib, "x", 1.3)
const points = Array.from({ length: 100_000 }, (_, at): RetentionPoint => {
  const atMs = from + at * HOUR_MS
  return { id: String(at), atMs, order: at, committedAtMs: atMs, gfs: at % 168 === 0 ? [`W:2025-01-04`] : [] }
})
const now = from + points.length * HOUR_MS
const planned = Array.from({ length: 5 }, () => {
  const start = performance.now()
  planRetention(points, policy, now)
  return (performance.now() - start) / 1000
})
tell("100000 hourly points planned at once", median(planned), "s", 1)

if (missed > 0) process.exitCode = 1
