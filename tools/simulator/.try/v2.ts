import { Stage, MIB, JOB } from "../interleavings/stage.ts"
import { held, commit, entry, list } from "../interleavings/gate.ts"
import { noise, changed } from "../../../packages/copy-engine/src/testing/noise.ts"
import { backUp, pinPoint, unpinPoint, removePoints } from "@bcopy/copy-engine"
import { restoreBytes, differing } from "../../../packages/copy-engine/src/testing/restore-bytes.ts"
const DAY = 24*3600_000
const only = process.argv[2]
const run = async (name: string, fn: (s: Stage) => Promise<void>) => {
  if (only && !name.startsWith(only)) return
  const t = performance.now()
  const s = await Stage.begin()
  await fn(s)
  await s.check()
  console.log(name, s.problems, Math.round(performance.now() - t), "ms")
}
await run("V2 removed anew with undo time", async (s) => {
  const first = noise(2*MIB, 1)
  const { point } = await s.backUp("web", first)
  await s.backUp("web", noise(2*MIB, 2))
  await s.remove("web", point, 0)
  const g = held(s.store, list(""))
  const going = s.reclaim({ store: g.store })
  await g.reached(going)
  await s.undo("web", point, first)
  await s.remove("web", point, 7 * DAY)
  g.open(); await going
  await s.undo("web", point, first).catch((e) => s.problem(`undo within its time: ${e.code} ${e.message}`))
})
await run("V3 log begins before second count", async (s) => {
  const { point } = await s.backUp("web", noise(2*MIB, 1))
  await s.backUp("web", noise(2*MIB, 2))
  await s.remove("web", point, 0)
  // reclaimer held just before its decision: at the read of the final list
  let barriers = 0
  const g = held(s.store, ({ method, key }) => method === "read" && key.endsWith(".final"))
  const going = s.reclaim({ store: g.store })
  await g.reached(going)
  let logs = 0
  const w = held(s.store, ({ method, key }) => method === "create" && key.includes("/sessions/"))
  const writing = s.backUp("db", noise(2*MIB, 2), { store: w.store })
  await w.reached(writing)
  g.open(); await going
  w.open(); await writing
})
await run("V10 zombie collides with an entry that is kept", async (s) => {
  const { point } = await s.backUp("web", noise(2*MIB, 1))
  const { point: second } = await s.backUp("web", noise(2*MIB, 2))
  const w = held(s.store, commit())
  const zombie = s.backUp("web", noise(2*MIB, 3), { store: w.store })
  await w.reached(zombie)
  // its number is taken by a removal that lasts
  await s.remove("web", point, 900 * DAY)
  for (let at = 0; at < 140; at++) {
    const f = await s.find("web")
    const e = f.state.points[0]!.entry
    await (at % 2 === 0 ? pinPoint(await s.world.open(), f, e, "x") : unpinPoint(await s.world.open(), f, e))
  }
  for (let n = 0; n < 4; n++) {
    const { point: p } = await s.backUp("web2", noise(MIB, 10+n))
    await s.backUp("web2", noise(MIB, 20+n))
    await s.remove("web2", p, 0)
    const r = await s.reclaim()
    console.log(r.backups[0]!.entries)
    await s.wait(DAY)
  }
  w.open()
  await zombie.then((r) => console.log("zombie says", r.point), (e) => console.log("zombie:", e.code, e.message))
})
await run("V31 zombie of seconds", async (s) => {
  const { point } = await s.backUp("web", noise(2*MIB, 1))
  for (let n = 0; n < 8; n++) await s.backUp("web2", noise(MIB, 10+n))
  const w = held(s.store, commit())
  const zombie = s.backUp("web", noise(2*MIB, 3), { store: w.store })
  await w.reached(zombie)
  for (let at = 0; at < 140; at++) {
    const f = await s.find("web")
    const e = f.state.points[0]!.entry
    await (at % 2 === 0 ? pinPoint(await s.world.open(), f, e, "x") : unpinPoint(await s.world.open(), f, e))
  }
  for (let n = 0; n < 3; n++) {
    const f = await s.find("web2")
    await removePoints(await s.world.open(), f, [f.state.points[0]!.entry], { undoMs: 0 })
    s.forget(f.state.points[0]!.point)
    const r = await s.reclaim()
    console.log(r.backups[0]!.entries)
  }
  w.open()
  await zombie.then((r) => console.log("zombie says", r.point), (e) => console.log("zombie:", e.code, e.message))
})
await run("V14 a mark laid during the survey", async (s) => {
  const bytes = noise(2*MIB, 1)
  const { point } = await s.backUp("web", bytes)
  await s.backUp("web", noise(2*MIB, 2))
  const r = held(s.store, ({ method, key }) => method === "read" && key.includes("/packs/"))
  const reading = restoreBytes(await s.world.open(r.store), { workload: "web", point: point!, movers: 0 })
  await r.reached(reading)
  { const f = await s.find("web"); await removePoints(await s.world.open(), f, [f.state.points[0]!.entry], { undoMs: 0 }); s.forget(point) }
  await s.wait(2000)
  const g = held(s.store, list(""))
  const going = s.reclaim({ store: g.store })
  await g.reached(going)
  await s.wait(120_000)
  console.log(s.keys("/readers/").length, "marks")
  g.open(); await going
  r.open()
  await reading.then((d) => console.log("read", differing(d, { sda: bytes })), (e) => s.problem(`reading: ${e.code} ${e.message}`))
})
