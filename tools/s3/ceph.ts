import { parseArgs } from "node:util"
import { badDayCases } from "./bad-day-cases.ts"
import { makeBuckets } from "./buckets.ts"
import { cephRoot } from "./ceph-root.ts"
import { deniedCases } from "./denied-cases.ts"
import { missingPackages, startGateway } from "./gateway.ts"
import { gatewayKillCases } from "./gateway-kill-cases.ts"
import { killCases } from "./kill-cases.ts"
import { policyCases } from "./policy-cases.ts"
import { runCases, type Tally } from "./run-cases.ts"
import { s3Cases } from "./s3-cases.ts"
import { testBuckets } from "./test-bucket.ts"
import { wrongSettingCases } from "./wrong-setting-cases.ts"

// Holds everything that a bucket is used for against a Ceph RADOS Gateway:
// ceph.ts [--only TEXT] [--all] [--store memstore|bluestore] [--release RELEASE]
// Needs root, and ceph-mon, ceph-osd, radosgw and ceph-common; or, for the Ceph of another release of Debian (`sid`, which is
// the newest), mmdebstrap. Exits 1 if anything fails.
const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    // What takes minutes, too.
    all: { type: "boolean", default: false },
    store: { type: "string", default: "memstore" },
    release: { type: "string" },
  },
})
const store = values.store === "bluestore" ? "bluestore" : "memstore"
const root = values.release === undefined ? undefined : cephRoot(values.release)
const missing = values.release === undefined ? missingPackages() : root === undefined ? ["mmdebstrap"] : []
if (missing.length > 0) {
  console.log(`skipped: not installed; apt-get install ${missing.join(" ")}`)
  console.log("ceph: 0 passed, 0 failed, 1 skipped")
  process.exit(0)
}
const gateway = await startGateway({ store, ...(root !== undefined && { root }) })
console.log(`${gateway.version} on ${store}, at ${gateway.endpoint}`)
let tally: Tally = { passed: 0, failed: 0 }
try {
  await makeBuckets(gateway)
  const cases = [
    ...(await s3Cases(testBuckets(gateway))),
    ...killCases(gateway),
    ...badDayCases(gateway),
    ...policyCases(gateway),
    ...deniedCases(gateway),
    ...wrongSettingCases(gateway),
    // Last: they take the gateway away for a while.
    ...gatewayKillCases(gateway),
  ]
  const wanted = cases.filter(({ takes }) => values.all || takes !== "minutes")
  tally = await runCases(wanted.filter(({ name }) => name.includes(values.only)))
} finally {
  await gateway.stop()
}
console.log(`ceph: ${tally.passed} passed, ${tally.failed} failed`)
process.exitCode = tally.failed > 0 || tally.passed === 0 ? 1 : 0
