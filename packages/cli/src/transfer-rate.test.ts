import { expect, test } from "vitest"
import { TransferRate } from "./transfer-rate.ts"

test("there is no rate before two samples", () => {
  const rate = new TransferRate()
  expect(rate.bytesPerSecond).toBeUndefined()
  rate.add(0, 0)
  expect(rate.bytesPerSecond).toBeUndefined()
})

test("the rate is that of the last seconds, not of all the time", () => {
  const rate = new TransferRate()
  for (let second = 0; second <= 60; second++) rate.add(second * 1000, second < 30 ? 0 : (second - 30) * 500)
  expect(rate.bytesPerSecond).toBe(500)
})

test("going back to the beginning begins the rate anew", () => {
  const rate = new TransferRate()
  rate.add(0, 0)
  rate.add(1000, 9_000_000)
  rate.add(2000, 10)
  expect(rate.bytesPerSecond).toBeUndefined()
  rate.add(3000, 30)
  expect(rate.bytesPerSecond).toBe(20)
})
