import { availableParallelism } from "node:os"
import { MAX_MOVERS, threadsFitting } from "./memory-budget.ts"
import { type IdleMover, startMover } from "./mover-thread.ts"

export interface StartMoversOptions {
  /** As will be said to what they are for; 288 MiB by default. */
  readonly memoryBytes?: number
}

/** Threads that were started before anybody had work for them. Who started them closes them. */
export class StartedMovers {
  readonly #idle: IdleMover[]

  /** @internal */
  constructor(count: number) {
    this.#idle = Array.from({ length: count }, startMover)
  }

  /** How many nobody has taken yet. */
  get left(): number {
    return this.#idle.length
  }

  /** @internal One that nobody has taken yet; who takes it closes it. */
  take(): IdleMover | undefined {
    return this.#idle.shift()
  }

  /** Lets go of those that nobody took. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((mover) => mover.close()))
  }
}

/**
 * Starts data movers: threads take some 50 ms to be there, time in which a repository can be opened. Hand them to
 * {@link backUp}, {@link copy}, {@link restore} or {@link verify} as `started`, and close them when that has ended.
 */
export function startMovers({ memoryBytes }: StartMoversOptions = {}): StartedMovers {
  return new StartedMovers(Math.min(availableParallelism(), threadsFitting(memoryBytes), MAX_MOVERS))
}
