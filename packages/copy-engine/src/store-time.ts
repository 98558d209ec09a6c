import type { EngineClock } from "./clock.ts"

/** The store's time, carried on from the last answer that told it by the machine's monotonic clock: no request of its own. */
export class StoreTime {
  readonly #clock: EngineClock
  #dateMs: number | undefined
  #atMs = 0

  constructor(clock: EngineClock) {
    this.#clock = clock
  }

  /** An answer of the store bore this date. */
  observe(dateMs: number): void {
    this.#dateMs = dateMs
    this.#atMs = this.#clock.monotonic()
  }

  /** The store's time now; this machine's until the store has answered once. */
  now(): number {
    if (this.#dateMs === undefined) return this.#clock.now()
    return Math.round(this.#dateMs + this.#clock.monotonic() - this.#atMs)
  }
}
