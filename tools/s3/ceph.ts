import { parseArgs } from "node:util"
import { makeBuckets } from "./buckets.ts"
import { conformanceCases } from "./conformance-cases.ts"
import { startGateway } from "./gateway.ts"
import { keepingCases } from "./keeping-cases.ts"
import { killCases } from "./kill-cases.ts"
import { passportCases } from "./passport-cases.ts"
import { raceCases } from "./race-cases.ts"
import { storyCases } from "./story-cases.ts"

// Holds everything that a bucket is used for against a Ceph RADOS Gateway: ceph.ts [--only TEXT] [--store memstore|bluestore]
// Needs root, ceph-mon, ceph-osd, radosgw and ceph-common. Exits 1 if anything fails.
const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, store: { type: "string", default: "memstore" } },
})
const store = values.store === "bluestore" ? "bluestore" : "memstore"
const gateway = await startGateway({ store })
console.log(`${gateway.version} on ${store}, at ${gateway.endpoint}`)
let failed = 0
let passed = 0
try {
  await makeBuckets(gateway)
  const cases = [
    ...(await conformanceCases(gateway)),
    ...passportCases(gateway),
    ...raceCases(gateway),
    ...keepingCases(gateway),
    ...storyCases(gateway),
    ...killCases(gateway),
  ]
  for (const { name, run } of cases.filter((one) => one.name.includes(values.only))) {
    const startMs = performance.now()
    try {
      await run()
      passed++
      console.log(`ok    ${name}  ${((performance.now() - startMs) / 1000).toFixed(1)} s`)
    } catch (error) {
      failed++
      console.log(`FAIL  ${name}\n        ${(error as Error).message}`)
    }
  }
} finally {
  await gateway.stop()
}
console.log(`ceph: ${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
