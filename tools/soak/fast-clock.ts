import { type EngineClock, systemClock } from "@bcopy/copy-engine"

/** How a clock differs from that of the machine. */
export interface ClockSetup {
  /** It runs so many times as fast, a whole number. */
  readonly speed: number
  /** Milliseconds since 1970 when it was set going. */
  readonly sinceMs: number
  /** So much ahead of the machine's it was then; behind it, if negative. */
  readonly aheadMs?: number
}

/** A clock by which two minutes pass in seconds, the same one in every process that sets it up alike. */
export function fastClock({ speed, sinceMs, aheadMs = 0 }: ClockSetup): EngineClock {
  return {
    now: () => sinceMs + aheadMs + (systemClock.now() - sinceMs) * speed,
    monotonic: () => systemClock.monotonic() * speed,
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  }
}
