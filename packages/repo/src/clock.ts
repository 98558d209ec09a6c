/**
 * Time as an argument. Programs pass the system's clock, tests pass `fakeClock` (subpath `./testing`) and drive it.
 */
export interface Clock {
  /** The wall clock, in milliseconds since 1970. May jump; good for showing, not for measuring. */
  now(): number
  /** A clock that never goes back, in milliseconds from an arbitrary start; for measuring how long something took. */
  monotonic(): number
  /** Resolves after `ms` milliseconds. Rejects early, with the signal's reason, when `signal` fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
