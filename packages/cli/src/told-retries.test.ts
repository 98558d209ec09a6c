import { retrying, StoreError } from "@bcopy/repo"
import { fakeClock } from "@bcopy/repo/testing"
import { expect, test } from "vitest"
import { toldRetries } from "./told-retries.ts"

async function failing(times: number): Promise<readonly (readonly [atMs: number, text: string])[]> {
  const clock = fakeClock()
  const told: [number, string][] = []
  const onRetry = toldRetries((text) => told.push([clock.monotonic(), text]), clock)
  const policy = { attempts: 20, baseDelayMs: 100, clock, random: () => 0.999_999, onRetry }
  let left = times
  await retrying(policy, { signal: undefined, what: "read a" }, async () => {
    if (left-- > 0) throw new StoreError("Unavailable", "read a: connect ECONNREFUSED")
  })
  return told.map(([atMs, text]) => [Math.round(atMs), text])
}

test("what soon passes is not told", async () => {
  expect(await failing(3)).toEqual([])
})

test("what does not pass soon is told, and then now and then", async () => {
  const text = "read a: connect ECONNREFUSED; trying again"
  expect(await failing(9)).toEqual([
    [700, text],
    [12_700, text],
  ])
})
