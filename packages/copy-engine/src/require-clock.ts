import { EngineError } from "./engine-error.ts"
import type { Repository } from "./repository.ts"

/** docs/design.md, Clocks: further away from the store's time than this, nothing is removed, reclaimed or locked. */
const CLOCK_OFF_MS = 24 * 60 * 60_000

/** @throws EngineError `Refused` if the clocks of this machine and of the store disagree by more than a day */
export function requireClock({ name, seams, storeTime }: Repository, undone: string): void {
  const offMs = Math.abs(seams.clock.now() - storeTime.now())
  if (offMs <= CLOCK_OFF_MS) return
  throw new EngineError(
    "Refused",
    `${name}: the clocks of this machine and of the store are ${Math.round(offMs / 3_600_000)} hours apart; ${undone}`,
    { hint: "Set the clock that is wrong." },
  )
}
