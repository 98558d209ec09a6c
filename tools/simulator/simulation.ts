import { seededRandom } from "@bcopy/repo/testing"

/** Monday, 6 January 2025, midnight UTC. */
const START_MS = Date.UTC(2025, 0, 6)
const MINUTE_MS = 60_000

/** Something that happens at its time; what belongs to a process waits while that is frozen, and never comes when it is dead. */
interface Due {
  atMs: number
  readonly order: number
  readonly process: SimulatedProcess | undefined
  readonly happen: () => void
}

/** A process of a simulated machine. */
export interface SimulatedProcess {
  readonly name: string
  readonly machine: string
  readonly pid: number
  readonly state: "alive" | "frozen" | "dead"
  /** Settles when it dies. */
  readonly death: Promise<void>
}

interface ProcessState extends SimulatedProcess {
  state: SimulatedProcess["state"]
  readonly die: () => void
}

/**
 * A world of processes in which nothing happens by itself: time goes on from one event to the next, in an order that
 * follows from the seed alone. Everything that runs in it waits for nothing but this.
 */
export class Simulation {
  readonly seed: number
  readonly random: () => number
  readonly trace: string[] = []
  readonly #due: Due[] = []
  #passedMs = 0
  #order = 0
  #pids = 100

  constructor(seed: number) {
    this.seed = seed
    this.random = seededRandom(seed)
  }

  /** The true time: that of the store. */
  get nowMs(): number {
    return START_MS + this.#passedMs
  }

  get passedMs(): number {
    return this.#passedMs
  }

  /** What happened, for who replays a seed. */
  note(text: string): void {
    this.trace.push(`${(this.#passedMs / 1000).toFixed(3).padStart(10)} ${text}`)
  }

  startProcess(name: string, machine: string): SimulatedProcess {
    const { promise: death, resolve: die } = Promise.withResolvers<void>()
    const process: ProcessState = { name, machine, pid: ++this.#pids, state: "alive", death, die }
    return process
  }

  /** It does nothing any more; what it has sent is on its way. */
  kill(process: SimulatedProcess): void {
    const state = process as ProcessState
    if (state.state === "dead") return
    this.note(`${process.name} (${process.pid}) dies`)
    state.state = "dead"
    state.die()
  }

  /** It stands still for so long, and knows nothing of it. */
  freeze(process: SimulatedProcess, ms: number): void {
    const state = process as ProcessState
    if (state.state !== "alive") return
    this.note(`${process.name} (${process.pid}) is frozen for ${ms} ms`)
    state.state = "frozen"
    this.after(ms, () => {
      if (state.state === "frozen") state.state = "alive"
    })
  }

  /** Whole numbers from `least` to `most`. */
  draw(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1))
  }

  chance(share: number): boolean {
    return this.random() < share
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.random() * items.length)] as Item
  }

  /** Lets something happen later; gives a way to call it off. */
  after(ms: number, happen: () => void, process?: SimulatedProcess): () => void {
    const due: Due = { atMs: this.#passedMs + ms, order: this.#order++, process, happen }
    this.#due.push(due)
    return () => {
      const at = this.#due.indexOf(due)
      if (at >= 0) this.#due.splice(at, 1)
    }
  }

  /** Time passes for a process. */
  wait(ms: number, process?: SimulatedProcess, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error)
      const abort = () => {
        cancel()
        reject(signal?.reason as Error)
      }
      const cancel = this.after(
        ms,
        () => {
          signal?.removeEventListener("abort", abort)
          resolve()
        },
        process,
      )
      signal?.addEventListener("abort", abort, { once: true })
    })
  }

  /** Waits for one of the next strokes of a clock that strikes every minute: who waits for strokes often meets others. */
  async chime(most: number): Promise<void> {
    const strokeMs = (Math.floor(this.#passedMs / MINUTE_MS) + this.draw(1, most)) * MINUTE_MS
    await this.wait(strokeMs - this.#passedMs + this.draw(0, 300))
  }

  /** Lets things happen, until nothing is due any more or `until` says so; `afterEach` is called in between. */
  async run(until: () => boolean, afterEach: () => Promise<void> = async () => undefined): Promise<void> {
    await settle()
    for (;;) {
      if (until()) return
      const next = this.#takeNext()
      if (next === undefined) return
      this.#passedMs = Math.max(this.#passedMs, next.atMs)
      next.happen()
      await settle()
      await afterEach()
    }
  }

  #takeNext(): Due | undefined {
    let best = -1
    for (const [index, due] of this.#due.entries()) {
      if (due.process !== undefined && due.process.state !== "alive") continue
      const known = this.#due[best]
      if (known === undefined || due.atMs < known.atMs || (due.atMs === known.atMs && due.order < known.order))
        best = index
    }
    const [next] = best < 0 ? [] : this.#due.splice(best, 1)
    return next
  }
}

/** Lets everything that can go on without time do so. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
