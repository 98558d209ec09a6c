import { parseObjectKey } from "@bcopy/repo"
import { EngineError } from "./engine-error.ts"
import type { Repository } from "./repository.ts"

/** Packs on their way at the same time: beside the one being filled. */
const IN_FLIGHT = 2

/**
 * Puts packs into the store, a few at a time; the first failure is everybody's. No signal stops them: an interrupted
 * session stores what it has read, so that its checkpoint can name it.
 */
export class PackUploads {
  readonly #repository: Repository
  readonly #running = new Set<Promise<void>>()
  #failure: unknown
  #failed = false

  constructor(repository: Repository) {
    this.#repository = repository
  }

  /** Sends a pack on its way; waits while too many are. The bytes must not change any more. */
  async add(key: string, bytes: Uint8Array): Promise<void> {
    while (this.#running.size >= IN_FLIGHT) await Promise.race(this.#running)
    this.#throwFailure()
    const upload = this.#upload(key, bytes).catch((error: unknown) => {
      this.#failed = true
      this.#failure ??= error
    })
    this.#running.add(upload)
    void upload.then(() => this.#running.delete(upload))
  }

  /** Resolves when every pack is there. */
  async settled(): Promise<void> {
    await Promise.all(this.#running)
    this.#throwFailure()
  }

  async #upload(key: string, bytes: Uint8Array): Promise<void> {
    const { outcome, dateMs } = await this.#repository.store.createPack(parseObjectKey(key), bytes)
    if (outcome === "lost")
      throw new EngineError(
        "Damaged",
        `${this.#repository.name}: ${key} is there already, with other bytes; its name is random`,
      )
    this.#repository.storeTime.observe(dateMs)
  }

  #throwFailure(): void {
    if (this.#failed) throw this.#failure
  }
}
