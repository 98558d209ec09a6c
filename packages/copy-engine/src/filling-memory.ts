/** Memory that is being filled from its beginning on, and who waits for the next part of it. */
export class FillingMemory {
  readonly memory: Uint8Array
  readonly #whole: Promise<void>
  #filled = 0
  #awaited: { readonly bytes: number; readonly resolve: () => void } | undefined

  /** `fill` resolves with how many bytes there are when no more come, and may tell before how many are there. */
  constructor(memory: Uint8Array, fill: (onFilled: (bytes: number) => void) => Promise<number>) {
    this.memory = memory
    this.#whole = fill((bytes) => this.#note(bytes)).then((bytes) => void (this.#filled = bytes))
    // It is awaited in its turn; until then a failure of it is not unheard.
    this.#whole.catch(() => undefined)
  }

  /**
   * What is there as soon as that is so many bytes, or no more come: then it may be less. One caller at a time. Rejects if
   * they cannot be had.
   */
  async upTo(bytes: number): Promise<Uint8Array> {
    if (bytes > this.#filled) {
      const there = new Promise<void>((resolve) => (this.#awaited = { bytes, resolve }))
      await Promise.race([this.#whole, there])
    }
    return this.memory.subarray(0, this.#filled)
  }

  /** Resolves when all of it is there, or nothing more comes. */
  async settled(): Promise<void> {
    await this.#whole.catch(() => undefined)
  }

  #note(bytes: number): void {
    // A read that is tried again begins anew: what was there stays until it is overwritten by the same.
    this.#filled = Math.max(this.#filled, bytes)
    if (this.#awaited === undefined || this.#filled < this.#awaited.bytes) return
    this.#awaited.resolve()
    this.#awaited = undefined
  }
}
