/** The memory of a pool, as another thread gets it. */
export interface PackPoolMemory {
  readonly buffers: readonly SharedArrayBuffer[]
  /** One word a buffer: 0 free, 1 taken; then one that counts releases. */
  readonly states: SharedArrayBuffer
}

/** A buffer to fill a pack in. */
export interface PackBuffer {
  /** Its number in the pool; -1 for one beside it. */
  readonly index: number
  readonly bytes: Uint8Array
}

const FREE = 0
const TAKEN = 1

/**
 * The pack buffers of a process: all the memory in which packs are filled and from which they are stored. Threads share
 * it, so a pack is handed over without being copied, and a thread that finds none free waits until a pack has been stored.
 */
export class PackPool {
  readonly memory: PackPoolMemory
  readonly #states: Int32Array
  readonly #released: number

  /** Takes over the memory of a pool made by {@link packPoolMemory}. */
  constructor(memory: PackPoolMemory) {
    this.memory = memory
    this.#states = new Int32Array(memory.states)
    this.#released = memory.buffers.length
  }

  /** Whether a buffer is free. */
  get hasFree(): boolean {
    return this.#states.subarray(0, this.#released).some((_, index) => Atomics.load(this.#states, index) === FREE)
  }

  /** A free buffer; `undefined` if there is none. */
  tryTake(): PackBuffer | undefined {
    for (const [index, buffer] of this.memory.buffers.entries())
      if (Atomics.compareExchange(this.#states, index, FREE, TAKEN) === FREE)
        return { index, bytes: new Uint8Array(buffer) }
    return undefined
  }

  /** A free buffer, as soon as there is one: for threads whose packs another one stores. */
  take(): PackBuffer {
    for (;;) {
      const seen = Atomics.load(this.#states, this.#released)
      const buffer = this.tryTake()
      if (buffer !== undefined) return buffer
      Atomics.wait(this.#states, this.#released, seen)
    }
  }

  /** Gives a buffer back; one beside the pool is let go. */
  release(index: number): void {
    if (index < 0) return
    Atomics.store(this.#states, index, FREE)
    Atomics.add(this.#states, this.#released, 1)
    Atomics.notify(this.#states, this.#released)
  }
}

/** Memory for a pool; the system gives it as it is filled. */
export function packPoolMemory(count: number, bufferBytes: number): PackPoolMemory {
  return {
    buffers: Array.from({ length: count }, () => new SharedArrayBuffer(bufferBytes)),
    states: new SharedArrayBuffer(4 * (count + 1)),
  }
}
