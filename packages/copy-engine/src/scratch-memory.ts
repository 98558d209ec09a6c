/** Memory that is used again and again for what is needed only for a moment: slots by the thousand make no garbage. */
export class ScratchMemory {
  #memory = new Uint8Array(0)
  #used = 0

  /** Lets all that was taken be overwritten, and makes room for so many bytes. */
  begin(bytes: number): void {
    this.#used = 0
    if (this.#memory.length < bytes) this.#memory = new Uint8Array(bytes)
  }

  /** So many bytes, alone. */
  only(bytes: number): Uint8Array {
    this.begin(bytes)
    return this.take(bytes)
  }

  /** So many bytes, good until the next `begin`. */
  take(bytes: number): Uint8Array {
    const end = this.#used + bytes
    const taken = end <= this.#memory.length ? this.#memory.subarray(this.#used, end) : new Uint8Array(bytes)
    this.#used = Math.min(end, this.#memory.length)
    return taken
  }
}
