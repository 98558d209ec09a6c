import { parseObjectKey } from "@bcopy/repo"
import { afterAll, expect, test } from "vitest"
import { openS3Store } from "./open-s3-store.ts"
import { parsePriceProfile, priceProfiles } from "./prices.ts"
import { SpendingCap } from "./spending-cap.ts"
import { startFakeS3 } from "./testing/index.ts"

const server = await startFakeS3({ buckets: { bucket: { versioning: "off", objectLock: false } } })
afterAll(() => server.stop())

const prices = parsePriceProfile(
  { currency: "EUR", perThousand: { write: 10, list: 10, read: 1 }, perGibOut: 1024 },
  "own",
)

test("requests up to the cap are made, and not one more", async () => {
  const cap = new SpendingCap({ maxRequests: 5 })
  const { endpoint, credentials } = server
  const connection = { endpoint, region: "us-east-1", credentials }
  const store = await openS3Store({ bucket: "bucket", prefix: "", connection, cap })
  const before = server.requests.length
  const outcomes = await Promise.allSettled(
    Array.from({ length: 9 }, (_, at) => store.create(parseObjectKey(`a${at}`), new Uint8Array([1]))),
  )
  const refused = outcomes.filter(({ status }) => status === "rejected") as PromiseRejectedResult[]
  expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual(Array(6).fill("OverLimit"))
  expect(server.requests.length - before).toBe(3)
  expect(cap.spent.requests).toBe(5)
  expect(cap.describe()).toBe("5 of 5 requests were made")
  store.close()
})

test("whoever runs is told once, while there is room to end in order", () => {
  let told = 0
  const cap = new SpendingCap({ maxRequests: 200 }, () => told++)
  for (let request = 0; request < 159; request++) cap.spend("PutObject", 0)
  expect(told).toBe(0)
  for (let request = 0; request < 41; request++) cap.spend("PutObject", 0)
  expect(told).toBe(1)
  expect(() => cap.spend("PutObject", 0)).toThrow(expect.objectContaining({ code: "OverLimit" }))
})

test("a cap on cost counts requests by class, and bytes before they come", () => {
  const cap = new SpendingCap({ maxCost: 1, prices })
  for (let request = 0; request < 10; request++) cap.spend("PutObject", 0)
  expect(cap.spent.cost).toBeCloseTo(0.1, 10)
  cap.spend("GetObject", 512 << 10)
  expect(cap.spent.cost).toBeCloseTo(0.601, 10)
  expect(() => cap.spend("GetObject", 512 << 10)).toThrow(expect.objectContaining({ code: "OverLimit" }))
  cap.received(100 << 10)
  expect(cap.spent).toEqual({ requests: 11, cost: expect.closeTo(0.701 - 0.1 * (1 - 100 / 102.4), 6) as number })
  cap.spend("DeleteObject", 0)
})

test.for([
  [{ maxRequests: 0 }, /lets nothing be asked/],
  [{ maxCost: -1, prices }, /lets nothing be asked/],
  [{ maxCost: 1 }, /needs prices/],
] as const)("limits %# that make no sense are refused", ([limits, why]) => {
  expect(() => new SpendingCap(limits)).toThrow(why)
})

test.for([
  [3, /is no JSON object/],
  [{}, /needs a currency/],
  [{ currency: "USD", perThousand: { write: -1 } }, /perThousand\.write is no price/],
  [{ currency: "USD", perThousand: { put: 1 } }, /there is no class put/],
  [{ currency: "USD", perGib: 1 }, /there is no perGib/],
] as const)("a price profile %# that is none is refused, with why", ([json, why]) => {
  expect(() => parsePriceProfile(json, "file.json")).toThrow(why)
})

test("the known profiles are profiles", () => {
  for (const profile of Object.values(priceProfiles)) expect(parsePriceProfile(profile, "x")).toEqual(profile)
})

test("where nobody is to be told, every request up to the cap is made", () => {
  const cap = new SpendingCap({ maxRequests: 40 })
  for (let request = 0; request < 40; request++) cap.spend("PutObject", 0)
  expect(() => cap.spend("PutObject", 0)).toThrow(expect.objectContaining({ code: "OverLimit" }))
})
