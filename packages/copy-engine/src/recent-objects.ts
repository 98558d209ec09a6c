/** Enough for the entries that a session asks for again: newest ones and their catalogues. */
const MAX_BYTES = 1 << 20

/**
 * Small objects read of late. They are written once, so what was read of a key is what it holds; only whether one is there
 * at all can change, and absence is not remembered.
 */
export class RecentObjects {
  readonly #objects = new Map<string, Uint8Array>()
  #bytes = 0

  get(key: string): Uint8Array | undefined {
    return this.#objects.get(key)
  }

  put(key: string, bytes: Uint8Array): void {
    if (bytes.length > MAX_BYTES / 4 || this.#objects.has(key)) return
    this.#objects.set(key, bytes)
    this.#bytes += bytes.length
    for (const [oldest, { length }] of this.#objects) {
      if (this.#bytes <= MAX_BYTES) return
      this.#objects.delete(oldest)
      this.#bytes -= length
    }
  }
}
