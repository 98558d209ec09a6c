import { describe, expect, test } from "vitest"
import { memoryStore } from "../memory-store.ts"
import { parseObjectKey } from "../object-key.ts"
import { fakeClock } from "./fake-clock.ts"
import { faultyStore } from "./faulty-store.ts"
import { seededRandom } from "./seeded-random.ts"
import { drawFaults, type StoreFault } from "./store-fault.ts"

const key = parseObjectKey("a/1")
const bytes = new Uint8Array([1, 2, 3, 4])

function setUp(...faults: StoreFault[]) {
  const memory = memoryStore({ clock: fakeClock() })
  return { memory, store: faultyStore(memory, { faults }) }
}

test("without faults nothing changes but the count", async () => {
  const { memory, store } = setUp()
  await store.create(key, bytes)
  expect(await store.read(key)).toEqual(await memory.read(key))
  expect(await store.list("", { folders: true })).toEqual(await memory.list("", { folders: true }))
  expect([store.requests, store.name, store.capabilities]).toEqual([3, memory.name, memory.capabilities])
})

test("fail-before: nothing happened", async () => {
  const { memory, store } = setUp({ kind: "fail-before", at: 1 }, { kind: "fail-before", at: 2, code: "Denied" })
  await expect(store.create(key, bytes)).rejects.toMatchObject({ code: "Unavailable" })
  await expect(store.create(key, bytes)).rejects.toMatchObject({ code: "Denied" })
  expect(memory.keys()).toEqual([])
})

test("fail-after: it happened, and nobody was told", async () => {
  const { memory, store } = setUp({ kind: "fail-after", at: 1 })
  await expect(store.create(key, bytes)).rejects.toMatchObject({ code: "Unavailable" })
  expect(memory.keys()).toEqual([key])
})

test("land-late: the bytes as they were sent land before a later request", async () => {
  const { memory, store } = setUp({ kind: "land-late", at: 1, landsAfter: 2 })
  const sent = bytes.slice()
  await expect(store.create(key, sent)).rejects.toMatchObject({ code: "Unavailable" })
  sent.fill(0)
  expect(await store.head(key)).toBeUndefined()
  expect((await store.read(key))?.bytes).toEqual(bytes)
  expect(memory.keys()).toEqual([key])
})

test("land: what is delayed lands at once", async () => {
  const { memory, store } = setUp({ kind: "land-late", at: 1, landsAfter: 99 })
  await store.create(key, bytes).catch(() => undefined)
  await store.land()
  expect(memory.keys()).toEqual([key])
})

test("storm: so many requests are throttled", async () => {
  const { store } = setUp({ kind: "storm", at: 2, requests: 2 })
  await store.date()
  await expect(store.date()).rejects.toMatchObject({ code: "Throttled" })
  await expect(store.date()).rejects.toMatchObject({ code: "Throttled" })
  await store.date()
})

test("truncate: a read gives fewer bytes of as large an object", async () => {
  const { store } = setUp({ kind: "truncate", at: 2 }, { kind: "truncate", at: 3, keepBytes: 1 })
  await store.create(key, bytes)
  expect(await store.read(key)).toMatchObject({ bytes: bytes.slice(0, 2), objectBytes: 4 })
  expect(await store.read(key)).toMatchObject({ bytes: bytes.slice(0, 1), objectBytes: 4 })
})

test("late-listing: what was just created is missing from lists for a while, but can be read", async () => {
  const { store } = setUp({ kind: "late-listing", at: 2, requests: 3 })
  await store.create(key, bytes)
  await store.create(parseObjectKey("a/2"), bytes)
  await store.create(parseObjectKey("b/1"), bytes)
  expect((await store.list("")).objects.map((object) => object.key)).toEqual([key])
  expect((await store.list("", { folders: true })).folders).toEqual(["a/"])
  expect(await store.read(parseObjectKey("b/1"))).toMatchObject({ bytes })
  expect((await store.list("")).objects.map((object) => object.key)).toEqual([key, "a/2", "b/1"])
})

describe("a process that died", () => {
  test.each([
    { kind: "stop-before", there: [] },
    { kind: "stop-after", there: [key] },
  ] as const)("$kind: makes no further request", async ({ kind, there }) => {
    const { memory, store } = setUp({ kind, at: 2 })
    await store.date()
    await expect(store.create(key, bytes)).rejects.toMatchObject({ code: "Unavailable" })
    await expect(store.create(parseObjectKey("b"), bytes)).rejects.toMatchObject({ code: "Unavailable" })
    await expect(store.date()).rejects.toMatchObject({ code: "Unavailable" })
    expect(memory.keys()).toEqual(there)
  })
})

test("drawn faults are the same for the same seed, and as many as asked for", () => {
  const draw = (seed: number) => drawFaults(seededRandom(seed), { requests: 1000, share: 0.1 })
  expect(draw(1)).toEqual(draw(1))
  expect(draw(1)).not.toEqual(draw(2))
  expect(draw(1).length).toBeGreaterThan(60)
  expect(draw(1).length).toBeLessThan(140)
  expect(new Set(draw(1).map(({ kind }) => kind)).size).toBe(5)
})
