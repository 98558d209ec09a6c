import { aroundRequests, type RepoStore } from "@bcopy/repo"
import { interleaving, seededRandom } from "@bcopy/repo/testing"
import { StoreError } from "@bcopy/repo"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { contentRoot } from "./testing/content-root.ts"
import { asHost, deadProcess, otherHost } from "./testing/hosts.ts"
import { logOf } from "./testing/log-of.ts"
import { disksNow } from "./testing/memory-source.ts"
import { noise } from "./testing/noise.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

const MIB = 1 << 20
const task = { job: "nightly", workload: "web01", level: 0 }

/** A door that requests of one kind have to pass. */
function gate(): { readonly reached: Promise<void>; readonly open: () => void; pass(): Promise<void> } {
  let arrive: () => void = () => undefined
  let open: () => void = () => undefined
  const reached = new Promise<void>((resolve) => (arrive = resolve))
  const opened = new Promise<void>((resolve) => (open = resolve))
  return {
    reached,
    open: () => open(),
    pass: () => {
      arrive()
      return opened
    },
  }
}

/** The store as one engine sees it, with the requests held up that `isIt` tells. */
function heldUp(store: RepoStore, isIt: (method: string, key: string) => boolean) {
  const door = gate()
  return {
    ...door,
    store: aroundRequests(store, async (request, run) => {
      if (isIt(request.method, request.key)) await door.pass()
      return run()
    }),
  }
}
const isCommit = (method: string, key: string) => method === "create" && key.includes("/log/")
const isPack = (method: string, key: string) => method === "create" && key.includes("/packs/")

async function prepared(): Promise<World> {
  const world = makeWorld()
  await world.create()
  await backUp(await world.open(), { source: disksNow({ sda: noise(MIB, 0) }), ...task })
  return world
}

const beatsOf = (world: World) => world.store.keys().filter((key) => key.includes("/sessions/"))
const kindsOf = async (world: World) =>
  (await logOf(await world.open())).bodies.map((body) => (body.kind === "fence" ? body.outcome : body.kind))

test("a committed session leaves no beats", async () => {
  const world = await prepared()
  expect(beatsOf(world)).toEqual([])
})

test("beats follow each other every 20 seconds, and one at a time is there", async () => {
  const world = await prepared()
  const slow = heldUp(world.store, isPack)
  const running = backUp(await world.open(slow.store), { source: disksNow({ sda: noise(MIB, 1) }), ...task })
  await slow.reached
  const seen: string[] = []
  for (let minute = 0; minute < 3; minute++) {
    const beats = beatsOf(world)
    expect(beats).toHaveLength(1)
    seen.push((beats[0] as string).slice(-8))
    await world.clock.advance(60_000)
  }
  expect(seen).toEqual(["00000001", "00000004", "00000007"])
  slow.open()
  await running
  expect(beatsOf(world)).toEqual([])
})

test("a beat that cannot be written or deleted is courtesy lost: the run goes on, and leaves no beats in the end", async () => {
  const world = await prepared()
  const slow = heldUp(world.store, isPack)
  let failing = false
  const flaky = aroundRequests(slow.store, (request, run) => {
    if (failing && request.key.includes("/sessions/")) throw new StoreError("Unavailable", "no answer")
    return run()
  })
  const running = backUp(await world.open(flaky), { source: disksNow({ sda: noise(MIB, 1) }), ...task })
  await slow.reached
  await world.clock.advance(30_000)
  failing = true
  await world.clock.advance(60_000)
  failing = false
  await world.clock.advance(60_000)
  expect(beatsOf(world)).toHaveLength(1)
  slow.open()
  await running
  expect(beatsOf(world)).toEqual([])
})

test("a run whose last beats cannot be written has committed all the same, and says so", async () => {
  const world = await prepared()
  let committed = false
  const flaky = aroundRequests(world.store, (request, run) => {
    if (committed) throw new StoreError("Unavailable", "the store is gone")
    committed = isCommit(request.method, request.key)
    return run()
  })
  const { point } = await backUp(await world.open(flaky), { source: disksNow({ sda: noise(MIB, 1) }), ...task })
  expect(point).toBeDefined()
  expect(await kindsOf(world)).toEqual(["opened", "point", "point"])
  // Its last beat stayed behind, and does not trouble anybody.
  const next = await backUp(await world.open(), { source: disksNow({ sda: noise(MIB, 1) }), ...task })
  expect(next.point).toBeDefined()
  expect(await kindsOf(world)).toEqual(["opened", "point", "point", "point"])
})

test("of two writers of one machine the later one is told that the workload is busy", async () => {
  const world = await prepared()
  const slow = heldUp(world.store, isPack)
  const first = backUp(await world.open(slow.store), { source: disksNow({ sda: noise(MIB, 1) }), ...task })
  await slow.reached
  await world.clock.advance(1000)
  const second = backUp(await world.open(), { source: disksNow({ sda: noise(MIB, 2) }), ...task })
  await expect(second).rejects.toMatchObject({ code: "Busy" })
  slow.open()
  expect((await first).point).toBeDefined()
  const third = await backUp(await world.open(), { source: disksNow({ sda: noise(MIB, 2) }), ...task })
  expect(third.kind).toBe("increment")
})

test("a session of this very process that died without a word is watched, not believed for ever", async () => {
  const world = await prepared()
  let dead = false
  const dying = aroundRequests(world.store, (request, run) => {
    dead ||= isPack(request.method, request.key)
    if (dead) throw new StoreError("Unavailable", "the store is gone")
    return run()
  })
  await expect(backUp(await world.open(dying), { source: disksNow({ sda: noise(MIB, 1) }), ...task })).rejects.toThrow()
  // Of two that began at once an id would decide.
  await world.clock.advance(1000)
  const soon = backUp(await world.open(), { source: disksNow({ sda: noise(MIB, 1) }), ...task })
  await expect(soon).rejects.toMatchObject({ code: "Busy" })
  await world.clock.advance(10 * 60_000)
  const later = await world.drive(backUp(await world.open(), { source: disksNow({ sda: noise(MIB, 1) }), ...task }))
  expect(later.point).toBeDefined()
})

test("a missing process of this machine is dead at once, one of another boot too", async () => {
  for (const host of [deadProcess(), { ...deadProcess(), boot: "an earlier boot", pid: process.pid }]) {
    const world = await prepared()
    const slow = heldUp(world.store, isPack)
    const zombie = asHost(host, async () =>
      backUp(await world.open(slow.store), { source: disksNow({ sda: noise(MIB, 1) }), ...task }),
    )
    await slow.reached
    const started = world.clock.monotonic()
    const next = await backUp(await world.open(), { source: disksNow({ sda: noise(MIB, 2) }), ...task })
    expect(next.kind).toBe("increment")
    expect(world.clock.monotonic() - started).toBe(0)
    slow.open()
    await expect(zombie).rejects.toMatchObject({ code: "Fenced" })
  }
})

test("a session of another host is judged by two minutes without a new beat, by the observer's own clock", async () => {
  const world = await prepared()
  const slow = heldUp(world.store, isPack)
  let alive = true
  const there = aroundRequests(slow.store, (request, run) => {
    if (!alive && request.key.includes("/sessions/")) throw new StoreError("Unavailable", "suspended")
    return run()
  })
  const zombie = asHost(otherHost(), async () =>
    backUp(await world.open(there), { source: disksNow({ sda: noise(MIB, 1) }), ...task }),
  )
  await slow.reached
  await world.clock.advance(1000)
  const early = world.drive(backUp(await world.open(), { source: disksNow({ sda: noise(MIB, 2) }), ...task }))
  await expect(early).rejects.toMatchObject({ code: "Busy" })
  alive = false
  // The wall clock jumps a day: nothing is judged by it.
  world.clock.setNow(world.clock.now() + 24 * 3_600_000)
  const started = world.clock.monotonic()
  const next = await world.drive(backUp(await world.open(), { source: disksNow({ sda: noise(MIB, 2) }), ...task }))
  expect(next.kind).toBe("increment")
  const waited = world.clock.monotonic() - started
  expect(waited).toBeGreaterThanOrEqual(2 * 60_000)
  expect(waited).toBeLessThan(3 * 60_000)
  slow.open()
  await expect(world.drive(zombie)).rejects.toMatchObject({ code: "Fenced" })
})

test("--take-over does not wait, and the zombie stops at the fence without a loss", async () => {
  const world = await prepared()
  const slow = heldUp(world.store, isCommit)
  const zombie = asHost(otherHost(), async () =>
    backUp(await world.open(slow.store), { source: disksNow({ sda: noise(3 * MIB, 1) }), ...task }),
  )
  await slow.reached
  const started = world.clock.monotonic()
  const next = await backUp(await world.open(), {
    source: disksNow({ sda: noise(3 * MIB, 1) }),
    ...task,
    takeOver: true,
  })
  expect(world.clock.monotonic()).toBe(started)
  // All that the zombie had stored was adopted.
  expect(next.counts.newBytes).toBe(0)
  slow.open()
  await expect(zombie).rejects.toMatchObject({ code: "Fenced" })
  expect(await kindsOf(world)).toEqual(["opened", "point", "adopted", "point"])
  const proven = await verify(await world.open(), { all: true, readData: "hash" })
  expect(proven).toMatchObject({ points: 2, damaged: [], unknown: [] })
  // Nor does what it left make trouble later.
  await backUp(await world.open(), { source: disksNow({ sda: noise(3 * MIB, 2) }), ...task })
  expect(await kindsOf(world)).toEqual(["opened", "point", "adopted", "point", "point"])
})

test("two take-overs at once: every session ends as committed, fenced or busy, and what is committed is whole", async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const world = await prepared()
    const dead = aroundRequests(world.store, (request, run) => {
      if (isCommit(request.method, request.key)) throw new StoreError("Denied", "no")
      return run()
    })
    const crash = asHost(deadProcess(), async () =>
      backUp(await world.open(dead), { source: disksNow({ sda: noise(2 * MIB, 1) }), ...task }),
    )
    await expect(crash).rejects.toThrow()
    const turns = interleaving(seededRandom(seed))
    const contents = [noise(2 * MIB, 1), noise(2 * MIB, 3)]
    const outcomes = await turns.run(
      contents.map((bytes, index) => async () => {
        try {
          const repository = await world.open(turns.wrap(world.store))
          await asHost(otherHost(`host ${index}`), () =>
            backUp(repository, { source: disksNow({ sda: bytes }), ...task, takeOver: true }),
          )
          return "committed"
        } catch (error) {
          return (error as { code: string }).code
        }
      }),
    )
    expect(outcomes.every((outcome) => ["committed", "Fenced", "Busy"].includes(outcome))).toBe(true)
    const { state, bodies } = await logOf(await world.open())
    expect(new Set(state.fenced.map(({ session }) => session)).size).toBe(state.fenced.length)
    const roots = bodies.flatMap((body) =>
      body.kind === "point" ? body.manifest.disks.map((disk) => disk.contentRoot) : [],
    )
    const possible = contents.map((bytes) => contentRoot(bytes, 64 << 10))
    expect(roots.slice(1).every((root) => possible.includes(root))).toBe(true)
    expect(roots.length - 1).toBe(outcomes.filter((outcome) => outcome === "committed").length)
    const proven = await verify(await world.open(), { all: true, readData: "hash" })
    expect({ seed, damaged: proven.damaged, unknown: proven.unknown }).toEqual({ seed, damaged: [], unknown: [] })
    // Both may have shut out the other; what they stored serves the next one.
    const next = await backUp(await world.open(), { source: disksNow({ sda: contents[0] as Uint8Array }), ...task })
    expect(next.point).toBeDefined()
  }
})

test("two writers of two hosts at once lose nothing, in whatever order their requests come", async () => {
  const counted: Record<string, number> = {}
  for (let seed = 1; seed <= 12; seed++) {
    const world = await prepared()
    const turns = interleaving(seededRandom(seed))
    const contents = [noise(2 * MIB, 1), noise(2 * MIB, 3)]
    const both = turns.run(
      contents.map((bytes, index) => async () => {
        try {
          const repository = await world.open(turns.wrap(world.store))
          await asHost(otherHost(`host ${index}`), () =>
            backUp(repository, { source: disksNow({ sda: bytes }), ...task }),
          )
          return "committed"
        } catch (error) {
          return (error as { code: string }).code
        }
      }),
    )
    const outcomes = await world.drive(both)
    const name = outcomes.toSorted().join()
    counted[name] = (counted[name] ?? 0) + 1
    expect(["Busy,committed", "committed,committed", "Fenced,committed"]).toContain(name)
    const proven = await verify(await world.open(), { all: true, readData: "hash" })
    expect({ seed, damaged: proven.damaged, unknown: proven.unknown }).toEqual({ seed, damaged: [], unknown: [] })
    expect(proven.points).toBe(1 + outcomes.filter((outcome) => outcome === "committed").length)
  }
  expect(counted["Busy,committed"]).toBeGreaterThan(0)
})

test("a zombie that wakes after others went on far beyond its fence cannot commit", async () => {
  const world = await prepared()
  const slow = heldUp(world.store, isCommit)
  const zombie = asHost(otherHost(), async () =>
    backUp(await world.open(slow.store), { source: disksNow({ sda: noise(MIB, 1) }), ...task }),
  )
  await slow.reached
  await backUp(await world.open(), { source: disksNow({ sda: noise(MIB, 2) }), ...task, takeOver: true })
  for (let step = 0; step < 70; step++)
    await backUp(await world.open(), { source: disksNow({ sda: noise(1000, step) }), ...task })
  const before = await kindsOf(world)
  await world.clock.advance(11 * 60_000)
  slow.open()
  await expect(zombie).rejects.toMatchObject({ code: "Fenced" })
  expect(await kindsOf(world)).toEqual(before)
})
