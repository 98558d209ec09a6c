import { Stage, MIB } from "/work/main/tools/simulator/interleavings/stage.ts"
import { held, commit, entry, list } from "/work/main/tools/simulator/interleavings/gate.ts"
import { noise, changed } from "/work/main/packages/copy-engine/src/testing/noise.ts"
import { backUp } from "@bcopy/copy-engine"
const t0 = performance.now()
// V1
{
  const s = await Stage.begin()
  const template = noise(2 * MIB, 1)
  const { point } = await s.backUp("web", template)
  await s.backUp("web", noise(2*MIB, 2)).catch(()=>0)
  const disk = new Uint8Array(4 * MIB); disk.set(noise(2*MIB, 2)); disk.set(noise(2*MIB,3), 2*MIB)
  const stop = new AbortController()
  const { promise: go, resolve: release } = Promise.withResolvers<void>()
  const { promise: there, resolve: arrive } = Promise.withResolvers<void>()
  // "db" shares web's newest
  const newest = (await s.find("web")).state.points.at(-1)!.point
  const slow = s.backUp("db", disk, { signal: stop.signal, identity: "one", onRead: async (_d, first, _c) => { console.log("read", first, _c); if (first >= 32) { arrive(); await go; stop.abort() } } }).catch((e) => console.log("slow:", e.code))
  await Promise.race([there, slow])
  await s.remove("web", newest)
  const r = await s.reclaim()
  console.log("reclaimed", JSON.stringify(r.backups))
  release(); await slow
  await s.wait()
  // next run: the source cannot be opened
  const failing = { name: "gone", list: async function*() { yield { id: "0", workload: "db", platform: "generic", createdAtMs: 0, complete: true, damaged: false, hops: 0, identity: "one" } }, open: async () => { throw new Error("source is down") } }
  await backUp(await s.world.open(), { source: failing as any, job: "nightly", workload: "db", level: 0, movers: 0 }).catch((e) => console.log("failed run:", e.message))
  await s.wait()
  await s.backUp("db", disk, { identity: "one" }).then((r) => console.log("committed", r.kind, r.counts), (e) => console.log("third:", e.code, e.message))
  await s.check()
  console.log("V1", s.problems)
}
console.log(performance.now() - t0)
