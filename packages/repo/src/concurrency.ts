import type { Clock } from "./clock.ts"

/** How a request went. */
export interface Passed {
  /** The store asked to slow down. */
  readonly throttled: boolean
  /** Whether the time it took is the store's, not that of its bytes. */
  readonly small: boolean
}

/** A place among the requests under way. */
export interface Place {
  leave(passed: Passed): void
}

const FIRST_LIMIT = 4
/** Small requests that take so many times as long as the quickest did are a sign of too many at once. */
const SLOW_FACTOR = 4
/** How much of a new time goes into the running average. */
const WEIGHT = 0.2

/**
 * How many requests are under way at once: additive increase, multiplicative decrease. One more place for every round of
 * requests that went well; half of them when the store asks to slow down, once for all that were under way then.
 */
export class Concurrency {
  readonly #max: number
  readonly #clock: Pick<Clock, "monotonic">
  readonly #waiting = new Set<() => void>()
  #limit: number
  #running = 0
  #cutAtMs = -Infinity
  #quickestMs = Infinity
  #averageMs: number | undefined

  constructor(max: number, clock: Pick<Clock, "monotonic">) {
    this.#max = max
    this.#clock = clock
    this.#limit = Math.min(FIRST_LIMIT, max)
  }

  /** How many may be under way now. */
  get limit(): number {
    return Math.floor(this.#limit)
  }

  /** Resolves to a place when there is one, in the order of asking; to `undefined` if the signal fires first. */
  async enter(signal?: AbortSignal): Promise<Place | undefined> {
    if (this.#running >= this.limit || this.#waiting.size > 0) {
      if (!(await this.#turn(signal))) return undefined
    } else this.#running++
    const startMs = this.#clock.monotonic()
    return { leave: (passed) => this.#leave(startMs, passed) }
  }

  #turn(signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const leave = (placed: boolean) => {
        this.#waiting.delete(proceed)
        signal?.removeEventListener("abort", giveUp)
        resolve(placed)
      }
      const proceed = () => leave(true)
      const giveUp = () => leave(false)
      this.#waiting.add(proceed)
      signal?.addEventListener("abort", giveUp)
      if (signal?.aborted) giveUp()
    })
  }

  #leave(startMs: number, { throttled, small }: Passed): void {
    const nowMs = this.#clock.monotonic()
    if (throttled) {
      // Whoever was under way when it was cut says nothing new.
      if (startMs >= this.#cutAtMs) {
        this.#limit = Math.max(1, this.#limit / 2)
        this.#cutAtMs = nowMs
      }
    } else {
      if (small) this.#see(nowMs - startMs)
      if (!this.#isSlow) this.#limit = Math.min(this.#max, this.#limit + 1 / this.#limit)
    }
    this.#running--
    for (const proceed of this.#waiting) {
      if (this.#running >= this.limit) return
      this.#running++
      proceed()
    }
  }

  #see(tookMs: number): void {
    this.#quickestMs = Math.min(this.#quickestMs, tookMs)
    this.#averageMs = this.#averageMs === undefined ? tookMs : this.#averageMs * (1 - WEIGHT) + tookMs * WEIGHT
  }

  get #isSlow(): boolean {
    return this.#averageMs !== undefined && this.#averageMs > SLOW_FACTOR * Math.max(1, this.#quickestMs)
  }
}
