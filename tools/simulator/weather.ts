/** How a store and the network to it behave: shares of requests from 0 to 1, and times. */
export interface Weather {
  /** The request never arrives; the caller is told that there was no answer. */
  readonly lostRequests: number
  /** The request takes effect, its answer does not arrive. */
  readonly lostAnswers: number
  /** No answer, and the request takes effect up to `lateMs` later, whoever has died meanwhile. */
  readonly lateRequests: number
  readonly lateMs: number
  /** The store asks to slow down. */
  readonly throttled: number
  /** A read that gives only a part. */
  readonly truncated: number
  /** What was created is missing from lists for up to so long. */
  readonly lateListingMs: number
  /** Requests and answers take up to so long; one in twenty takes ten times that. */
  readonly latencyMs: number
}

export const calm: Weather = {
  lostRequests: 0,
  lostAnswers: 0,
  lateRequests: 0,
  lateMs: 0,
  throttled: 0,
  truncated: 0,
  lateListingMs: 0,
  latencyMs: 50,
}

export const stormy: Weather = {
  lostRequests: 0.01,
  lostAnswers: 0.02,
  lateRequests: 0.01,
  lateMs: 180_000,
  throttled: 0.02,
  truncated: 0.01,
  lateListingMs: 0,
  latencyMs: 400,
}

/** Lists that lag behind, as no store that bcopy trusts has them: nothing may be lost all the same. */
export const foggy: Weather = { ...stormy, lateListingMs: 60_000 }
