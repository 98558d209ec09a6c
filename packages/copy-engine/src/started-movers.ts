import { type IdleMover, startMover } from "./mover-thread.ts"
import { coresForThreads, MAX_MOVERS, threadsFitting } from "./thread-budget.ts"

export interface StartMoversOptions {
  /** As will be said to what they are for; 288 MiB by default. */
  readonly memoryBytes?: number
  /** Cores that somebody else is busy on meanwhile: so many threads are left out until {@link StartedMovers.fit}. */
  readonly busyCores?: number
  /** Whether the main thread may do a part of the work, as it does in a copy: on two cores it needs one thread less then. */
  readonly mayHelp?: boolean
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

  /** Starts threads, or lets go of them, until they are as many as so much memory has room for. */
  fit(options: StartMoversOptions = {}): void {
    const count = countFor(options)
    for (const mover of this.#idle.splice(count)) void mover.close()
    while (this.#idle.length < count) this.#idle.push(startMover())
  }

  /** Lets go of those that nobody took. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((mover) => mover.close()))
  }
}

/**
 * Starts data movers: threads take some 50 ms to be there, time in which a repository can be opened. Hand them to
 * {@link backUp}, {@link copy}, {@link restore} or {@link verify} as `started`, and close them when that has ended. Who
 * imports this from `@bcopy/copy-engine/started-movers` loads little else, and can start them before the engine is loaded.
 */
export function startMovers(options: StartMoversOptions = {}): StartedMovers {
  return new StartedMovers(countFor(options))
}

function countFor({ memoryBytes, busyCores = 0, mayHelp = false }: StartMoversOptions): number {
  const { cores } = coresForThreads(mayHelp)
  return Math.min(Math.max(0, cores - busyCores), threadsFitting(memoryBytes), MAX_MOVERS)
}
