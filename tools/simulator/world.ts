import { acceptImmutability, createRepository, openRepository, type Repository } from "@bcopy/copy-engine"
import { type MemoryStore, type MemoryStoreOptions, memoryStore, withRetry } from "@bcopy/repo"
import { Reference } from "./reference.ts"
import { seamsOf, type SimulatedHost, startOn } from "./simulated-host.ts"
import { SimulatedStore } from "./simulated-store.ts"
import { type SimulatedProcess, Simulation } from "./simulation.ts"
import { calm, type Weather } from "./weather.ts"

/** Packs of one slot: many of few bytes. */
const PACK_BYTES = 128 << 10

export type StoreKind = Omit<MemoryStoreOptions, "clock" | "id" | "name">

/** What there is in a simulation: machines, repositories, and what must be true of them. */
export class SimulatedWorld {
  readonly simulation: Simulation
  readonly reference: Reference
  readonly hosts: readonly SimulatedHost[]
  readonly stores: Readonly<Record<string, SimulatedStore>>
  weather: Weather = calm
  /** Processes at work. */
  readonly processes = new Set<SimulatedProcess>()
  readonly #seed: number
  readonly #lockDays: number | undefined

  constructor(
    seed: number,
    {
      hosts = 3,
      stores,
      disguise = (store) => store,
      lockDays,
    }: {
      /** For so many days what points need is locked. */
      readonly lockDays?: number
      readonly hosts?: number
      readonly stores: Readonly<Record<string, StoreKind>>
      /** What a store says of itself, where it is not to be trusted. */
      readonly disguise?: (store: MemoryStore) => MemoryStore
    },
  ) {
    this.#seed = seed
    this.#lockDays = lockDays
    const simulation = new Simulation(seed)
    this.simulation = simulation
    this.reference = new Reference(simulation.random)
    this.hosts = Array.from({ length: hosts }, (_, at) => ({ name: `host-${at + 1}`, skewMs: 0, processes: [] }))
    const clock = { now: () => simulation.nowMs }
    this.stores = Object.fromEntries(
      Object.entries(stores).map(([name, kind]) => {
        const memory = disguise(memoryStore({ clock, name, id: name, ...kind }))
        return [name, new SimulatedStore(simulation, memory, () => this.weather)]
      }),
    )
  }

  /** Makes the repositories. */
  async begin(): Promise<void> {
    for (const name of Object.keys(this.stores)) {
      const process = startOn(this.simulation, this.hosts[0] as SimulatedHost, "init")
      const { memory } = this.stores[name] as SimulatedStore
      const seams = seamsOf(this.simulation, this.hosts[0] as SimulatedHost, process)
      const repository = await createRepository(memory, seams, { encryption: "none" })
      if (this.#lockDays !== undefined)
        await acceptImmutability(repository, { days: this.#lockDays, generationDays: 3 })
    }
  }

  /** A repository as a process sees it. */
  async open(repository: string, process: SimulatedProcess): Promise<Repository> {
    const host = this.hosts.find(({ name }) => name === process.machine) as SimulatedHost
    const { simulation } = this
    const seams = seamsOf(simulation, host, process, (event) => {
      if (event.type !== "transfer") simulation.note(`${process.name} (${process.pid}): ${event.type}`)
    })
    const store = (this.stores[repository] as SimulatedStore).seenBy(process)
    const patient = withRetry(store, {
      attempts: 4,
      baseDelayMs: 100,
      clock: seams.clock,
      random: simulation.random,
    })
    return { ...(await openRepository(patient, seams)), packBytes: PACK_BYTES }
  }

  /** A repository as it truly is, seen by somebody for whom time stands still. */
  async trueRepository(repository: string): Promise<Repository> {
    const simulation = new Simulation(this.#seed)
    const host = { name: "nowhere", skewMs: this.simulation.passedMs, processes: [] }
    const process = startOn(simulation, host, "check")
    return openRepository((this.stores[repository] as SimulatedStore).memory, seamsOf(simulation, host, process))
  }

  /**
   * Runs a process on a machine to its end: what it gave, or how it failed; `undefined` if it was killed on the way. Its
   * failures are its own.
   */
  async runProcess<Result>(
    name: string,
    host: SimulatedHost,
    work: (process: SimulatedProcess) => Promise<Result>,
  ): Promise<{ readonly result?: Result; readonly error?: unknown } | undefined> {
    const { simulation } = this
    const process = startOn(simulation, host, name)
    this.processes.add(process)
    simulation.note(`${name} (${process.pid}) starts on ${host.name}`)
    const ended = work(process).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    )
    const outcome = await Promise.race([ended, process.death.then(() => undefined)])
    this.processes.delete(process)
    const said =
      outcome === undefined ? "was killed" : "error" in outcome ? `failed: ${messageOf(outcome.error)}` : "ended"
    simulation.note(`${name} (${process.pid}) ${said}`)
    simulation.kill(process)
    return outcome
  }
}

export function messageOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message: string }
  return `${code ?? "?"} ${message}`
}
