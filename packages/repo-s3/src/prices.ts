import { StoreError } from "@bcopy/repo"
import { requestsByClass, type S3RequestClass, type S3Usage } from "./s3-usage.ts"

const GIB = 2 ** 30

/** What a provider asks for, in one currency. */
export interface PriceProfile {
  readonly name: string
  /** ISO 4217. */
  readonly currency: string
  /** For a thousand requests of a class. */
  readonly perThousand: Readonly<Record<S3RequestClass, number>>
  /** For a GiB that leaves the provider; what comes in costs nothing anywhere. */
  readonly perGibOut: number
  /** For a GiB kept for a month. */
  readonly perGibMonth: number
}

/**
 * List prices, as of 2026, for orientation: AWS's are those of us-east-1, without tax, discounts, minimum durations and sizes.
 * A provider of one's own is written as a {@link PriceProfile}.
 */
export const priceProfiles = {
  "aws-standard": {
    name: "aws-standard",
    currency: "USD",
    perThousand: { write: 0.005, list: 0.005, read: 0.0004, delete: 0 },
    perGibOut: 0.09,
    perGibMonth: 0.023,
  },
  "aws-standard-ia": {
    name: "aws-standard-ia",
    currency: "USD",
    perThousand: { write: 0.01, list: 0.005, read: 0.001, delete: 0 },
    // What is read of this class is paid for once more: 0.01 a GiB.
    perGibOut: 0.1,
    perGibMonth: 0.0125,
  },
  "flat-rate": {
    name: "flat-rate",
    currency: "USD",
    perThousand: { write: 0, list: 0, read: 0, delete: 0 },
    perGibOut: 0,
    perGibMonth: 0.0068,
  },
} as const satisfies Readonly<Record<string, PriceProfile>>

/**
 * Reads a price profile from JSON of the shape of {@link PriceProfile}; what is absent costs nothing.
 * @throws StoreError `BadRange`, saying what is wrong with it
 */
export function parsePriceProfile(json: unknown, name: string): PriceProfile {
  const refuse = (why: string) =>
    new StoreError("BadRange", `${name}: ${why}`, {
      hint: `A price profile is such as ${JSON.stringify(priceProfiles["aws-standard"])}`,
    })
  if (typeof json !== "object" || json === null) throw refuse("is no JSON object")
  const {
    name: own = name,
    currency,
    perThousand = {},
    perGibOut,
    perGibMonth,
    ...rest
  } = json as Record<string, unknown>
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw refuse(`there is no ${unknown} in a price profile`)
  if (typeof own !== "string" || typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency))
    throw refuse("needs a currency, such as USD")
  if (typeof perThousand !== "object" || perThousand === null) throw refuse("perThousand is no object")
  const price = (value: unknown, what: string): number => {
    if (value === undefined) return 0
    if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return value
    throw refuse(`${what} is no price`)
  }
  const { write, list, read, delete: deletion, ...more } = perThousand as Record<string, unknown>
  const [odd] = Object.keys(more)
  if (odd !== undefined) throw refuse(`there is no class ${odd}: they are write, list, read and delete`)
  return {
    name: own,
    currency,
    perThousand: {
      write: price(write, "perThousand.write"),
      list: price(list, "perThousand.list"),
      read: price(read, "perThousand.read"),
      delete: price(deletion, "perThousand.delete"),
    },
    perGibOut: price(perGibOut, "perGibOut"),
    perGibMonth: price(perGibMonth, "perGibMonth"),
  }
}

/** What requests and bytes cost by a profile, in its currency. */
export interface PriceEstimate {
  readonly profile: string
  readonly currency: string
  readonly requests: number
  readonly transfer: number
  readonly total: number
}

/** The price of what was asked of a bucket, or of a plan put as a usage. */
export function estimatePrice(usage: S3Usage, profile: PriceProfile): PriceEstimate {
  const classes = requestsByClass(usage)
  const requests = (Object.keys(classes) as S3RequestClass[]).reduce(
    (sum, name) => sum + (classes[name] / 1000) * profile.perThousand[name],
    0,
  )
  const transfer = (usage.bytesReceived / GIB) * profile.perGibOut
  return { profile: profile.name, currency: profile.currency, requests, transfer, total: requests + transfer }
}

/** What so many bytes cost for a month. */
export function estimateKeeping(storedBytes: number, profile: PriceProfile): number {
  return (storedBytes / GIB) * profile.perGibMonth
}
