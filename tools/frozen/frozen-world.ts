import {
  decodeSmallObject,
  encodeSmallObject,
  type EntryBody,
  entryKey,
  layout,
  nextEntry,
  parseSessionBeat,
  randomId,
} from "@bcopy/chain-format"
import {
  backUp,
  createRepository,
  findWorkload,
  isEngineError,
  openRepository,
  type Repository,
} from "@bcopy/copy-engine"
import { type MemoryStore, memoryStore, parseObjectKey } from "@bcopy/repo"
import { fakeClock, seededRandom } from "@bcopy/repo/testing"
import { type FrozenMoment, frozenSource } from "./frozen-source.ts"

const MINUTE_MS = 60_000

/** A repository in memory whose every byte follows from its seed. */
export class FrozenWorld {
  readonly store: MemoryStore
  readonly #clock = fakeClock({ startMs: Date.UTC(2025, 0, 6), sleep: "waits" })
  readonly #random: () => number
  #repository: Repository | undefined

  constructor(name: string, seed: number) {
    this.store = memoryStore({ clock: this.#clock, name, id: `frozen-${name}` })
    this.#random = seededRandom(seed)
  }

  get repository(): Repository {
    if (this.#repository === undefined) throw new Error(`${this.store.name} was not made yet`)
    return this.#repository
  }

  get nowMs(): number {
    return this.#clock.now()
  }

  async create(blockBytes: number): Promise<void> {
    const random = (count: number) => Uint8Array.from({ length: count }, () => Math.floor(this.#random() * 256))
    const seams = { clock: this.#clock, random }
    const passport = { kind: "memory", probed: ["atomic create", "order of versions"] }
    await createRepository(this.store, seams, { encryption: "none", blockBytes, packBytes: 8 << 20, passport })
    this.#repository = await openRepository(this.store, seams)
  }

  /** Lets time pass between two things that happen. */
  async later(ms = MINUTE_MS): Promise<void> {
    await this.#clock.advance(ms)
  }

  async backUp(job: string, moment: Omit<FrozenMoment, "createdAtMs">): Promise<string> {
    await this.later()
    const source = frozenSource({ ...moment, createdAtMs: this.nowMs })
    const { point } = await backUp(this.repository, { source, job, workload: moment.workload })
    if (point === undefined) throw new Error(`${job}/${moment.workload}: nothing was brought`)
    return point
  }

  /** A backup that is interrupted at its second read and leaves its session behind, with a checkpoint. */
  async interrupt(job: string, moment: Omit<FrozenMoment, "createdAtMs">): Promise<void> {
    await this.later()
    const stop = new AbortController()
    const source = frozenSource({ ...moment, createdAtMs: this.nowMs }, (read) => {
      if (read === 2) stop.abort(new Error("interrupted"))
    })
    try {
      await backUp(this.repository, { source, job, workload: moment.workload, signal: stop.signal })
    } catch (error) {
      if (!isEngineError(error) || error.code !== "Interrupted") throw error
      return this.#hideWriters()
    }
    throw new Error(`${job}/${moment.workload} was not interrupted`)
  }

  /** Appends an entry that no function of the engine writes yet. */
  async append(
    job: string,
    workload: string,
    decide: (points: readonly { entry: number; point: string }[]) => EntryBody,
  ) {
    await this.later()
    const { view, store } = this.repository
    const { place, state } = await findWorkload(this.repository, { job, workload })
    const session = randomId<"session">(this.repository.seams.random(16))
    const entry = nextEntry(state, { session, atMs: this.nowMs, body: decide(state.points) })
    const objectKey = entryKey(layout.log(place.backup, place.workload), entry.number)
    await store.create(parseObjectKey(objectKey), encodeSmallObject("logEntry", entry, { ...view, objectKey }))
  }

  /** All objects as they are stored, by key. */
  async objects(): Promise<ReadonlyMap<string, Uint8Array>> {
    const objects = new Map<string, Uint8Array>()
    for (const key of this.store.keys()) {
      const object = await this.store.read(key)
      if (object !== undefined) objects.set(key, object.bytes)
    }
    return objects
  }

  /** Beats name the machine and process that wrote them: here always the same ones, of a machine long gone. */
  #hideWriters(): void {
    const { view } = this.repository
    const writer = { machine: "frozen", boot: "frozen", pidNamespace: "", pid: 1, processStart: "1" }
    for (const key of this.store.keys().filter((name) => name.includes("/sessions/")))
      this.store.tamper(key, (bytes) => {
        const beat = parseSessionBeat(decodeSmallObject("sessionBeat", bytes, { ...view, objectKey: key }), key)
        return encodeSmallObject("sessionBeat", { ...beat, writer }, { ...view, objectKey: key })
      })
  }
}
