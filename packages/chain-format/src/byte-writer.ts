import { FormatError } from "./format-error.ts"

/** A growing buffer of little-endian bytes. */
export class ByteWriter {
  #bytes: Uint8Array
  #view: DataView
  #length = 0

  /** @param room how many bytes to begin with, or a buffer to write into for as long as it lasts */
  constructor(room: number | Uint8Array = 256) {
    this.#bytes = typeof room === "number" ? new Uint8Array(room) : room
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength)
  }

  get length(): number {
    return this.#length
  }

  #room(count: number): number {
    const at = this.#length
    const need = at + count
    if (need > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(need, this.#bytes.length * 2))
      grown.set(this.#bytes.subarray(0, at))
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    this.#length = need
    return at
  }

  u8(value: number): this {
    const at = this.#room(1)
    this.#view.setUint8(at, value)
    return this
  }

  u16(value: number): this {
    const at = this.#room(2)
    this.#view.setUint16(at, value, true)
    return this
  }

  u32(value: number): this {
    const at = this.#room(4)
    this.#view.setUint32(at, value, true)
    return this
  }

  /** @throws FormatError `TooLarge` from 2^48 on */
  u48(value: number): this {
    if (value >= 2 ** 48) throw new FormatError("TooLarge", `${value} does not fit in 48 bits, which end at ${2 ** 48}`)
    const at = this.#room(6)
    this.#view.setUint32(at, value % 2 ** 32, true)
    this.#view.setUint16(at + 4, Math.floor(value / 2 ** 32), true)
    return this
  }

  /** Eight bytes for a natural number below 2^53. */
  u64(value: number): this {
    return this.u32(value % 2 ** 32).u32(Math.floor(value / 2 ** 32))
  }

  varint(value: number): this {
    let rest = value
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    return this.u8(rest)
  }

  bytes(value: Uint8Array): this {
    const at = this.#room(value.length)
    this.#bytes.set(value, at)
    return this
  }

  /** Memory of the next so many bytes, to be filled before anything else is written. */
  reserve(count: number): Uint8Array {
    const at = this.#room(count)
    return this.#bytes.subarray(at, at + count)
  }

  /** What was written so far: a view that the next write may leave behind. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }
}
