import { expect, test } from "vitest"
import { fakeClock } from "./fake-clock.ts"

test("time stands still until somebody sleeps, and then is where the sleeper wanted it", async () => {
  const clock = fakeClock({ startMs: 1000 })
  expect([clock.now(), clock.monotonic()]).toEqual([1000, 0])
  await clock.sleep(500)
  expect([clock.now(), clock.monotonic()]).toEqual([1500, 500])
})

test("sleepers wake in the order they are due, not one after the other", async () => {
  const clock = fakeClock()
  const woken: string[] = []
  const sleep = async (name: string, ms: number) => {
    await clock.sleep(ms)
    woken.push(`${name} ${clock.monotonic()}`)
  }
  await Promise.all([sleep("long", 300), sleep("short", 100), sleep("middle", 200)])
  expect(woken).toEqual(["short 100", "middle 200", "long 300"])
})

test("a clock that waits moves only when told, waking also who sleeps again", async () => {
  const clock = fakeClock({ sleep: "waits" })
  const beats: number[] = []
  const beating = (async () => {
    while (beats.length < 3) {
      await clock.sleep(20_000)
      beats.push(clock.monotonic())
    }
  })()
  await clock.advance(19_999)
  expect(beats).toEqual([])
  await clock.advance(60_000)
  await beating
  expect(beats).toEqual([20_000, 40_000, 60_000])
  expect(clock.monotonic()).toBe(79_999)
})

test("a signal ends a sleep with its reason, and time stays", async () => {
  const clock = fakeClock({ sleep: "waits" })
  const abort = new AbortController()
  const sleeping = clock.sleep(1000, abort.signal)
  abort.abort(new Error("enough"))
  await expect(sleeping).rejects.toThrow("enough")
  await expect(clock.sleep(1000, AbortSignal.abort(new Error("before")))).rejects.toThrow("before")
  expect(clock.monotonic()).toBe(0)
})

test("setting the wall clock moves nothing else", async () => {
  const clock = fakeClock()
  await clock.sleep(10)
  clock.setNow(5)
  expect([clock.now(), clock.monotonic()]).toEqual([5, 10])
})
