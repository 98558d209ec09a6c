import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises"

/** What the fake does with time: it reads it, and waits where a fault or a race needs it. */
export const systemClock = {
  now: Date.now,
  sleep: (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal, ref: false }),
  /** Lets so many turns of the event loop pass. */
  turns: async (count: number): Promise<void> => {
    for (let turned = 0; turned < count; turned++) await turn()
  },
}
