import type { Clock } from "../clock.ts"

/** A clock that tests drive. */
export interface FakeClock extends Clock {
  /** Lets time pass: wakes sleepers in the order they are due, each at its time, also those that sleep again. */
  advance(ms: number): Promise<void>
  /** Sets the wall clock, as a person or a broken battery does; nothing is measured by it and nobody wakes. */
  setNow(nowMs: number): void
}

export interface FakeClockOptions {
  /** The wall clock at first, milliseconds since 1970; Monday, 6 January 2025, midnight UTC if absent. */
  readonly startMs?: number
  /** `advances` (the default): who sleeps moves time itself and wakes at once. `waits`: only `advance` wakes. */
  readonly sleep?: "advances" | "waits"
}

interface Sleeper {
  readonly dueMs: number
  readonly wake: () => void
}

/** A clock that stands still until somebody sleeps or `advance` is called. */
export function fakeClock({ startMs = Date.UTC(2025, 0, 6), sleep = "advances" }: FakeClockOptions = {}): FakeClock {
  let passedMs = 0
  let wallMs = startMs
  const sleepers = new Set<Sleeper>()

  function wakeEarliest(limitMs: number): boolean {
    const [earliest] = [...sleepers].toSorted((a, b) => a.dueMs - b.dueMs)
    if (earliest === undefined || earliest.dueMs > limitMs) return false
    passedMs = Math.max(passedMs, earliest.dueMs)
    earliest.wake()
    return true
  }

  return {
    now: () => wallMs + passedMs,
    monotonic: () => passedMs,
    setNow: (nowMs) => {
      wallMs = nowMs - passedMs
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const leave = () => {
          sleepers.delete(sleeper)
          signal?.removeEventListener("abort", abort)
        }
        const abort = () => {
          leave()
          reject(signal?.reason as Error)
        }
        const wake = () => {
          leave()
          resolve()
        }
        const sleeper = { dueMs: passedMs + ms, wake }
        if (signal?.aborted) return abort()
        signal?.addEventListener("abort", abort)
        sleepers.add(sleeper)
        // One turn for each sleeper, so that whatever is not asleep goes first.
        if (sleep === "advances") setImmediate(wakeEarliest, Infinity)
      }),
    async advance(ms) {
      const targetMs = passedMs + ms
      await turn()
      while (wakeEarliest(targetMs)) await turn()
      passedMs = Math.max(passedMs, targetMs)
    },
  }
}

/** Lets everything that can go on do so. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
