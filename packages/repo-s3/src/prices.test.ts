import { expect, test } from "vitest"
import { estimateKeeping, estimatePrice, type PriceProfile, priceProfiles } from "./prices.ts"
import { requestClass, requestsByClass } from "./s3-usage.ts"

test.for([
  ["PutObject", "write"],
  ["CreateMultipartUpload", "write"],
  ["CompleteMultipartUpload", "write"],
  ["PutObjectRetention", "write"],
  ["ListObjectsV2", "list"],
  ["ListObjectVersions", "list"],
  ["GetObject", "read"],
  ["HeadBucket", "read"],
  ["DeleteObject", "delete"],
  ["DeleteObjects", "delete"],
  ["AbortMultipartUpload", "delete"],
] as const)("%s is billed as %s", ([operation, expected]) => {
  expect(requestClass(operation)).toBe(expected)
})

const usage = {
  requests: { PutObject: 3000, UploadPart: 1000, ListObjectsV2: 2000, GetObject: 10_000, DeleteObject: 500 },
  bytesSent: 5e12,
  bytesReceived: 2 ** 30 * 10,
}

test("what was asked has its price", () => {
  expect(requestsByClass(usage)).toEqual({ write: 4000, list: 2000, read: 10_000, delete: 500 })
  const aws = estimatePrice(usage, priceProfiles["aws-standard"])
  expect(aws.requests).toBeCloseTo(4 * 0.005 + 2 * 0.005 + 10 * 0.0004, 10)
  expect(aws.transfer).toBeCloseTo(0.9, 10)
  expect(aws.total).toBeCloseTo(aws.requests + aws.transfer, 10)
  expect(estimatePrice(usage, priceProfiles["flat-rate"]).total).toBe(0)
})

test("a provider of one's own is a profile", () => {
  const own: PriceProfile = {
    name: "cellar",
    currency: "EUR",
    perThousand: { write: 1, list: 0, read: 0, delete: 2 },
    perGibOut: 0,
    perGibMonth: 0.5,
  }
  expect(estimatePrice(usage, own)).toEqual({ profile: "cellar", currency: "EUR", requests: 5, transfer: 0, total: 5 })
  expect(estimateKeeping(4 * 2 ** 30, own)).toBe(2)
})
