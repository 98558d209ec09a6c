import { describe, expect, test } from "vitest"
import { aroundRequests } from "./around-requests.ts"
import { Concurrency } from "./concurrency.ts"
import { memoryStore } from "./memory-store.ts"
import { parseObjectKey } from "./object-key.ts"
import { RateLimit } from "./rate-limit.ts"
import { StoreError } from "./store-error.ts"
import { fakeClock } from "./testing/fake-clock.ts"
import { withPace } from "./with-pace.ts"

const key = parseObjectKey("a")
const well = { throttled: false, small: false }

describe("how many at once", () => {
  test("grows by one for every round that goes well, up to the most there may be", async () => {
    const concurrency = new Concurrency(6, fakeClock())
    const limits: number[] = []
    for (let round = 0; round < 5; round++) {
      const places = await Promise.all(Array.from({ length: concurrency.limit }, () => concurrency.enter()))
      for (const place of places) place?.leave(well)
      limits.push(concurrency.limit)
    }
    expect(limits[0]).toBeLessThanOrEqual(5)
    expect(limits.at(-1)).toBe(6)
    expect(limits.toSorted((a, b) => a - b)).toEqual(limits)
  })

  test("is halved when the store asks to slow down, once for all that were under way, and never below one", async () => {
    const clock = fakeClock({ sleep: "waits" })
    const concurrency = new Concurrency(16, clock)
    for (let round = 0; round < 40; round++)
      for (const place of await Promise.all(Array.from({ length: concurrency.limit }, () => concurrency.enter())))
        place?.leave(well)
    expect(concurrency.limit).toBe(16)
    const underWay = await Promise.all(Array.from({ length: 16 }, () => concurrency.enter()))
    await clock.advance(10)
    for (const place of underWay) place?.leave({ throttled: true, small: false })
    expect(concurrency.limit).toBe(8)
    for (let cut = 0; cut < 6; cut++) {
      await clock.advance(10)
      const place = await concurrency.enter()
      place?.leave({ throttled: true, small: false })
    }
    expect(concurrency.limit).toBe(1)
  })

  test("does not grow while small requests take several times as long as the quickest", async () => {
    const clock = fakeClock({ sleep: "waits" })
    const concurrency = new Concurrency(16, clock)
    const round = async (ms: number) => {
      const places = await Promise.all(Array.from({ length: concurrency.limit }, () => concurrency.enter()))
      await clock.advance(ms)
      for (const place of places) place?.leave({ throttled: false, small: true })
    }
    await round(10)
    for (let slow = 0; slow < 3; slow++) await round(200)
    const { limit } = concurrency
    for (let slow = 0; slow < 20; slow++) await round(200)
    expect(concurrency.limit).toBe(limit)
    for (let quick = 0; quick < 60; quick++) await round(10)
    expect(concurrency.limit).toBe(16)
  })

  test("who waits comes in order, and who gives up takes no place", async () => {
    const concurrency = new Concurrency(1, fakeClock())
    const first = await concurrency.enter()
    const abort = new AbortController()
    const given = concurrency.enter(abort.signal)
    const order: string[] = []
    const second = concurrency.enter().then((place) => (order.push("second"), place))
    const third = concurrency.enter().then((place) => (order.push("third"), place))
    abort.abort()
    expect(await given).toBeUndefined()
    first?.leave(well)
    ;(await second)?.leave(well)
    ;(await third)?.leave(well)
    expect(order).toEqual(["second", "third"])
  })
})

test("a rate lets through what a second allows, and has the rest wait its turn", async () => {
  const clock = fakeClock({ sleep: "waits" })
  const rate = new RateLimit(100, clock)
  const done: number[] = []
  const startMs = clock.monotonic()
  const takes = [100, 50, 50, 100].map(async (amount) => {
    await rate.take(amount)
    done.push(clock.monotonic() - startMs)
  })
  await clock.advance(5000)
  await Promise.all(takes)
  expect(done).toEqual([0, 500, 1000, 2000])
})

describe("a store at a pace", () => {
  test("takes at most so many at once, and bytes as fast as they may pass", async () => {
    const clock = fakeClock({ sleep: "waits" })
    let [running, most] = [0, 0]
    const slow = aroundRequests(memoryStore({ clock }), async (_, run) => {
      most = Math.max(most, ++running)
      await clock.sleep(10)
      running--
      return run()
    })
    const store = withPace(slow, { maxConcurrent: 3, bytesPerSecond: 1000, clock })
    const startMs = clock.monotonic()
    const work = Promise.all(
      Array.from({ length: 8 }, (_, at) => store.create(parseObjectKey(`k${at}`), new Uint8Array(500))),
    )
    await clock.advance(10_000)
    await work
    expect(most).toBeLessThanOrEqual(3)
    expect(clock.monotonic() - startMs).toBeGreaterThanOrEqual(3000)
  })

  test("a request whose signal fires while it waits is never made", async () => {
    const clock = fakeClock({ sleep: "waits" })
    const inner = memoryStore({ clock })
    const store = withPace(inner, { maxConcurrent: 1, requestsPerSecond: 1, clock })
    await store.read(key)
    const abort = new AbortController()
    const creating = store.create(key, new Uint8Array(1), { signal: abort.signal })
    const outcome = expect(creating).rejects.toMatchObject({ code: "Aborted" })
    abort.abort()
    await clock.advance(1)
    await outcome
    expect(await inner.read(key)).toBeUndefined()
  })

  test("slows down when it is asked to", async () => {
    const clock = fakeClock({ sleep: "waits" })
    const throttling = aroundRequests(memoryStore({ clock }), async () => {
      throw new StoreError("Throttled", "slow down")
    })
    const store = withPace(throttling, { maxConcurrent: 8, clock })
    await expect(store.read(key)).rejects.toMatchObject({ code: "Throttled" })
  })

  test.for([0, -1, Number.NaN, 1.5])("a limit of %d at once is refused", (maxConcurrent) => {
    expect(() => withPace(memoryStore({ clock: fakeClock() }), { maxConcurrent, clock: fakeClock() })).toThrow(
      expect.objectContaining({ code: "BadRange" }),
    )
  })
})
