import { setTimeout } from "node:timers/promises"
import type { Clock } from "@bcopy/repo"

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
}
