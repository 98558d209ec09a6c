import type { Clock } from "./clock.ts"

/** So much a second: what was not used in the last second may be used now, more has to be waited for. */
export class RateLimit {
  readonly #perSecond: number
  readonly #clock: Pick<Clock, "monotonic" | "sleep">
  /** When everything taken until now will have been allowed. */
  #paidAtMs: number

  constructor(perSecond: number, clock: Pick<Clock, "monotonic" | "sleep">) {
    this.#perSecond = perSecond
    this.#clock = clock
    this.#paidAtMs = clock.monotonic() - 1000
  }

  /** Takes an amount; resolves when it may be used. Who comes later waits longer. Rejects when the signal fires. */
  async take(amount: number, signal?: AbortSignal): Promise<void> {
    const nowMs = this.#clock.monotonic()
    this.#paidAtMs = Math.max(this.#paidAtMs, nowMs - 1000) + (amount / this.#perSecond) * 1000
    const waitMs = this.#paidAtMs - nowMs
    if (waitMs > 0) await this.#clock.sleep(waitMs, signal)
  }
}
