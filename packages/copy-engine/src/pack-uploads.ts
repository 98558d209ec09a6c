import { type CreateOptions, parseObjectKey } from "@bcopy/repo"
import { EngineError } from "./engine-error.ts"
import type { Repository } from "./repository.ts"

/** Packs on their way at the same time: beside those being filled. */
const IN_FLIGHT = 2

/** How packs are locked as they are stored. */
export type PackLock = Required<Pick<CreateOptions, "retainUntilMs" | "lockMode">>

/**
 * Puts packs into the store, a few at a time; the first failure is everybody's. No signal stops them: an interrupted
 * session stores what it has read, so that its checkpoint can name it.
 */
export class PackUploads {
  readonly #repository: Repository
  readonly #lock: PackLock | undefined
  readonly #running = new Set<Promise<void>>()
  readonly #queue: (() => Promise<void>)[] = []
  #failure: unknown
  #failed = false

  constructor(repository: Repository, lock?: PackLock) {
    this.#repository = repository
    this.#lock = lock
  }

  /** Until when what is sent is locked, milliseconds since 1970; 0 if it is not. */
  get lockedUntilMs(): number {
    return this.#lock?.retainUntilMs ?? 0
  }

  /** Sends a pack on its way. The bytes must not change until `done` is called. */
  send(key: string, bytes: Uint8Array, done: () => void = () => undefined): void {
    this.#queue.push(async () => {
      try {
        if (!this.#failed) await this.#upload(key, bytes)
      } finally {
        done()
      }
    })
    this.#start()
  }

  /** Resolves when a condition holds that stored packs bring about, or nothing is on its way. @throws what failed before */
  async until(condition: () => boolean): Promise<void> {
    while (this.#running.size > 0 && !this.#failed && !condition()) await Promise.race(this.#running)
    this.throwFailure()
  }

  /** Resolves when every pack is there. @throws what failed before */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
    this.throwFailure()
  }

  #start(): void {
    while (this.#running.size < IN_FLIGHT) {
      const next = this.#queue.shift()
      if (next === undefined) return
      const upload = this.#run(next)
      this.#running.add(upload)
      void upload.finally(() => {
        this.#running.delete(upload)
        this.#start()
      })
    }
  }

  async #run(next: () => Promise<void>): Promise<void> {
    try {
      await next()
    } catch (error) {
      this.#failed = true
      this.#failure ??= error
    }
  }

  async #upload(key: string, bytes: Uint8Array): Promise<void> {
    const { outcome, dateMs } = await this.#repository.store.createPack(parseObjectKey(key), bytes, this.#lock)
    if (outcome === "lost")
      throw new EngineError(
        "Damaged",
        `${this.#repository.name}: ${key} is there already, with other bytes; its name is random`,
      )
    this.#repository.storeTime.observe(dateMs)
  }

  /** @throws what failed before */
  throwFailure(): void {
    if (this.#failed) throw this.#failure
  }
}
