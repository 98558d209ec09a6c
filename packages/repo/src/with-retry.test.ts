import { describe, expect, test } from "vitest"
import { memoryStore } from "./memory-store.ts"
import { parseObjectKey } from "./object-key.ts"
import { fakeClock } from "./testing/fake-clock.ts"
import { faultyStore } from "./testing/faulty-store.ts"
import type { StoreFault } from "./testing/store-fault.ts"
import { type StoreRetry, withRetry } from "./with-retry.ts"

const key = parseObjectKey("a")
const bytes = new Uint8Array([1, 2, 3, 4])

function setUp(faults: readonly StoreFault[], random = () => 0) {
  const clock = fakeClock()
  const memory = memoryStore({ clock })
  const faulty = faultyStore(memory, { faults })
  const retries: StoreRetry[] = []
  const onRetry = (retry: StoreRetry) => retries.push(retry)
  const store = withRetry(faulty, { attempts: 4, baseDelayMs: 100, clock, random, onRetry })
  return { clock, memory, faulty, retries, store }
}

test("a request that fails in passing is made again, after waits that double", async () => {
  const { store, memory, retries, clock } = setUp([{ kind: "storm", at: 1, requests: 3 }])
  await store.create(key, bytes)
  expect(memory.keys()).toEqual(["a"])
  expect(retries.map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([
    [1, 50],
    [2, 100],
    [3, 200],
  ])
  expect(clock.monotonic()).toBe(350)
  expect(retries[0]).toMatchObject({ method: "create", key: "a", error: { code: "Throttled" } })
})

test("waits are scattered between half of their length and all of it", async () => {
  const { store, retries } = setUp([{ kind: "fail-before", at: 1 }], () => 0.999)
  await store.read(key)
  expect(retries[0]?.delayMs).toBeCloseTo(99.95)
})

test("the last failure is the caller's", async () => {
  const { store, faulty } = setUp([{ kind: "storm", at: 1, requests: 9 }])
  await expect(store.read(key)).rejects.toMatchObject({ code: "Throttled" })
  expect(faulty.requests).toBe(4)
})

test.each(["NoSpace", "Denied", "ReadOnly", "BadRange", "Locked", "Aborted"] as const)(
  "%s is not tried again",
  async (code) => {
    const { store, faulty } = setUp([{ kind: "fail-before", at: 1, code }])
    await expect(store.create(key, bytes)).rejects.toMatchObject({ code })
    expect(faulty.requests).toBe(1)
  },
)

test("an error that is no StoreError passes through untouched", async () => {
  const { clock, memory } = setUp([])
  const broken = {
    ...withRetry(memory, { attempts: 1, baseDelayMs: 0, clock, random: () => 0 }),
    read: () => Promise.reject(new TypeError("bug")),
  }
  await expect(withRetry(broken, { attempts: 3, baseDelayMs: 1, clock, random: () => 0 }).read(key)).rejects.toThrow(
    TypeError,
  )
})

test("a read that was cut short is made again", async () => {
  const { store, memory } = setUp([{ kind: "truncate", at: 1 }])
  await memory.create(key, bytes)
  expect((await store.read(key))?.bytes).toEqual(bytes)
})

test("a range that was cut short is made again, one cut at the object's end is not", async () => {
  const { store, memory, faulty } = setUp([{ kind: "truncate", at: 1, keepBytes: 1 }])
  await memory.create(key, bytes)
  expect((await store.read(key, { range: { offset: 1, length: 2 } }))?.bytes).toEqual(bytes.slice(1, 3))
  expect((await store.read(key, { range: { offset: 3, length: 9 } }))?.bytes).toEqual(bytes.slice(3))
  expect(faulty.requests).toBe(3)
})

test("a create whose answer was lost is refused as not ours: writeOnce settles that", async () => {
  const { store } = setUp([{ kind: "fail-after", at: 1 }])
  expect(await store.create(key, bytes)).toMatchObject({ created: false })
})

test("a create refused after an attempt without an answer is unknown, and says why", async () => {
  const { store } = setUp([
    { kind: "fail-after", at: 1 },
    { kind: "fail-before", at: 2, code: "NoSpace" },
  ])
  await expect(store.create(key, bytes)).rejects.toMatchObject({ code: "Unavailable", cause: { code: "NoSpace" } })
})

describe("a signal", () => {
  test("that fires during a wait ends it with Aborted", async () => {
    const clock = fakeClock({ sleep: "waits" })
    const faulty = faultyStore(memoryStore({ clock }), { faults: [{ kind: "fail-before", at: 1 }] })
    const abort = new AbortController()
    const onRetry = () => queueMicrotask(() => abort.abort())
    const store = withRetry(faulty, { attempts: 4, baseDelayMs: 100, clock, random: () => 0, onRetry })
    await expect(store.create(key, bytes, { signal: abort.signal })).rejects.toMatchObject({ code: "Aborted" })
    expect(faulty.requests).toBe(1)
  })

  test("is handed on", async () => {
    const { store, faulty } = setUp([])
    await expect(store.read(key, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "Aborted" })
    expect(faulty.requests).toBe(1)
  })
})

test.each([0, 1.5, -1, Number.NaN])("%s attempts are refused", (attempts) => {
  const clock = fakeClock()
  const options = { attempts, baseDelayMs: 1, clock, random: () => 0 }
  expect(() => withRetry(memoryStore({ clock }), options)).toThrow("attempts")
})
