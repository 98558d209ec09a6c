import type { BucketKind } from "./buckets.ts"
import type { Gust, WeatherKind } from "./weather.ts"

/** A bad day: the weather, and which kinds of bucket live through it. */
export interface BadDay {
  readonly name: string
  readonly buckets: readonly BucketKind[]
  readonly gusts: readonly Gust[]
  /** What a run that fails in it may say. */
  readonly says: RegExp
  readonly copied: Copied
  /** With a tenth of the program's patience. */
  readonly hurried?: boolean
}

/** What is copied, and how. */
export interface Copied {
  readonly imageBytes: number
  readonly packSize: string
  readonly memory?: string
}

export const smallCopy: Copied = { imageBytes: 24 << 20, packSize: "8MiB" }
/** Packs that go in parts. */
const largeCopy: Copied = { imageBytes: 160 << 20, packSize: "128MiB", memory: "768MiB" }

const noAnswer = /ECONNRESET|socket hang up|aborted|500|InternalError/
const writes = /^(?:PUT|POST|DELETE) /
const kinds = ["storm", "reset", "half-sent", "lost", "cut", "truncated", "trickle", "wrong-date"] as const
/** A share `rate` of requests for each kind, of those that write some more are late. */
const everything = (rate: number) => ({
  gusts: [...kinds.map((kind) => ({ kind, rate })), { kind: "late" as const, rate: 3 * rate, only: writes }],
  says: /503|ECONNRESET|socket hang up|aborted|500|InternalError/,
})

/** Each of some kinds hits one of the requests that match. */
const once = (only: RegExp, hits: readonly WeatherKind[]) => hits.map((kind) => ({ kind, rate: 0.5, times: 1, only }))

export const badDays: readonly BadDay[] = [
  { copied: smallCopy, name: "503 SlowDown", buckets: ["plain"], gusts: [{ kind: "storm", rate: 0.25 }], says: /503/ },
  {
    copied: smallCopy,
    name: "connections reset before, in and behind what is sent",
    buckets: ["versioned"],
    gusts: [
      { kind: "reset", rate: 0.08 },
      { kind: "half-sent", rate: 0.08 },
      { kind: "cut", rate: 0.08 },
    ],
    says: noAnswer,
  },
  {
    copied: smallCopy,
    name: "answers that trickle, and answers cut short",
    buckets: ["plain"],
    gusts: [
      { kind: "truncated", rate: 0.15 },
      { kind: "trickle", rate: 0.15 },
    ],
    says: noAnswer,
  },
  {
    copied: smallCopy,
    name: "lost answers",
    buckets: ["plain", "versioned"],
    gusts: [{ kind: "lost", rate: 0.2 }],
    says: noAnswer,
  },
  {
    copied: smallCopy,
    name: "late writes",
    buckets: ["plain", "versioned"],
    gusts: [{ kind: "late", rate: 0.5, only: writes }],
    says: noAnswer,
  },
  {
    copied: smallCopy,
    name: "answers that do not come",
    buckets: ["plain"],
    gusts: [{ kind: "stall", rate: 0.2, times: 1 }],
    says: /timed out|TimeoutError|aborted|did not receive/i,
    hurried: true,
  },
  {
    copied: smallCopy,
    name: "credentials that have expired for a while, and clocks that are off",
    buckets: ["versioned"],
    gusts: [
      { kind: "expired", rate: 1, after: 8, forMs: 2000 },
      { kind: "skewed", rate: 1, after: 20, times: 1 },
      { kind: "wrong-date", rate: 0.5 },
    ],
    says: /ExpiredToken|RequestTimeTooSkewed/,
  },
  { copied: smallCopy, name: "everything at once", buckets: ["plain", "versioned", "locked"], ...everything(0.03) },
  {
    copied: largeCopy,
    name: "packs that go in parts, every request for them hit",
    buckets: ["versioned"],
    gusts: [
      ...once(/^POST .*[?]uploads/, ["storm", "lost", "late"]),
      ...once(/^PUT .*partNumber=/, ["storm", "half-sent", "lost", "late"]),
      ...once(/^POST .*uploadId=/, ["lost", "late"]),
      ...once(/^DELETE .*uploadId=/, ["reset"]),
    ],
    says: /503|ECONNRESET|socket hang up|aborted|500|InternalError/,
  },
]
