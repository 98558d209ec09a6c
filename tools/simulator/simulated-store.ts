import { aroundRequests, type MemoryStore, type ReadResult, type RepoStore, StoreError } from "@bcopy/repo"
import type { SimulatedProcess, Simulation } from "./simulation.ts"
import type { Weather } from "./weather.ts"

/** How long a caller waits before it is told that there is no answer. */
const TIMEOUT_MS = 30_000

/** A store in a simulation, which processes reach through a network. */
export class SimulatedStore {
  readonly memory: MemoryStore
  readonly #simulation: Simulation
  readonly #weather: () => Weather
  readonly #createdAtMs = new Map<string, number>()

  constructor(simulation: Simulation, memory: MemoryStore, weather: () => Weather) {
    this.#simulation = simulation
    this.memory = memory
    this.#weather = weather
  }

  /** The store as a process sees it. */
  seenBy(process: SimulatedProcess): RepoStore {
    const simulation = this.#simulation
    const store = aroundRequests(this.memory, async (request, run) => {
      const what = `${process.name} ${request.method} ${request.key}`
      const weather = this.#weather()
      const fate = this.#drawFate(request.method, weather)
      const sent = request.bytes?.slice()
      const send = () =>
        request.method === "create" && sent !== undefined
          ? this.memory.create(request.key as never, sent, request.lock)
          : run()
      if (request.signal?.aborted === true) throw new StoreError("Aborted", what)
      if (fate !== "arrives") simulation.note(`${what}: ${fate}`)
      if (fate === "lost request") {
        await this.#wait(TIMEOUT_MS, process, request.signal, what)
        throw new StoreError("Unavailable", `${what}: no answer`)
      }
      if (fate === "throttled") {
        await this.#wait(this.#latency(weather), process, request.signal, what)
        throw new StoreError("Throttled", `${what}: slow down`)
      }
      if (fate === "late request") {
        simulation.after(TIMEOUT_MS + simulation.draw(0, weather.lateMs), () => void send().catch(() => undefined))
        await this.#wait(TIMEOUT_MS, process, request.signal, what)
        throw new StoreError("Unavailable", `${what}: no answer`)
      }
      // On its way it belongs to nobody: it arrives whatever becomes of the process.
      const answer = await this.#arrive(this.#latency(weather), send, process, request.signal, what)
      if (request.method === "create" && weather.lateListingMs > 0)
        this.#createdAtMs.set(request.key, simulation.passedMs + simulation.draw(0, weather.lateListingMs))
      if (fate === "lost answer") {
        await this.#wait(TIMEOUT_MS, process, request.signal, what)
        throw new StoreError("Unavailable", `${what}: the answer was lost`)
      }
      await this.#wait(this.#latency(weather), process, request.signal, what)
      if ("error" in answer) throw answer.error
      if (fate === "truncated") return truncated(answer.value as ReadResult | undefined) as never
      return answer.value as never
    })
    const list = store.list
    store.list = async (prefix, options) => {
      const page = await list(prefix, options)
      return { ...page, objects: page.objects.filter(({ key }) => !this.#isLate(key)) }
    }
    return store
  }

  #isLate(key: string): boolean {
    return (this.#createdAtMs.get(key) ?? 0) > this.#simulation.passedMs
  }

  #drawFate(method: string, weather: Weather) {
    let drawn = this.#simulation.random()
    const fates = [
      ["lost request", weather.lostRequests],
      ["lost answer", weather.lostAnswers],
      ["late request", method === "create" ? weather.lateRequests : 0],
      ["throttled", weather.throttled],
      ["truncated", method === "read" ? weather.truncated : 0],
    ] as const
    for (const [fate, share] of fates) {
      if (drawn < share) return fate
      drawn -= share
    }
    return "arrives" as const
  }

  #latency({ latencyMs }: Weather): number {
    const ms = this.#simulation.draw(1, latencyMs)
    return this.#simulation.chance(0.05) ? 10 * ms : ms
  }

  async #wait(ms: number, process: SimulatedProcess, signal: AbortSignal | undefined, what: string): Promise<void> {
    try {
      await this.#simulation.wait(ms, process, signal)
    } catch (cause) {
      throw new StoreError("Aborted", what, { cause })
    }
  }

  /** The store does what it was asked; the answer comes back to a process only while that lives. */
  #arrive(
    ms: number,
    send: () => Promise<unknown>,
    process: SimulatedProcess,
    signal: AbortSignal | undefined,
    what: string,
  ): Promise<{ value: unknown } | { error: unknown }> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(new StoreError("Aborted", what)), { once: true })
      this.#simulation.after(ms, () => {
        send()
          .then(
            (value) => ({ value }),
            (error: unknown) => ({ error }),
          )
          .then((answer) => this.#simulation.after(0, () => resolve(answer), process), reject)
      })
    })
  }
}

function truncated(result: ReadResult | undefined): ReadResult | undefined {
  return result && { ...result, bytes: result.bytes.subarray(0, result.bytes.length >> 1) }
}
