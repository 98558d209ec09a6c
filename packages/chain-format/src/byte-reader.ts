import { FormatError } from "./format-error.ts"

/** A bounds-checked cursor over little-endian bytes; every overrun is `Truncated` with both numbers. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #what: string
  #at = 0

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#what = what
  }

  get at(): number {
    return this.#at
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  #take(count: number): number {
    if (count > this.left)
      throw new FormatError("Truncated", `${this.#what} needs ${this.#at + count} bytes, got ${this.#bytes.length}`)
    const at = this.#at
    this.#at += count
    return at
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  /** docs/format.md, Conventions: six bytes, little-endian. */
  u48(): number {
    const at = this.#take(6)
    return this.#view.getUint32(at, true) + this.#view.getUint16(at + 4, true) * 2 ** 32
  }

  /** docs/format.md, Conventions: LEB128 of a value below 2^53, in its shortest form. */
  varint(): number {
    let value = 0
    for (let index = 0; index < 8; index++) {
      const byte = this.u8()
      value += (byte & 0x7f) * 2 ** (7 * index)
      if (byte < 0x80) {
        if (index > 0 && byte === 0)
          throw new FormatError("BadValue", `${this.#what} has a varint of ${index + 1} bytes that fits in fewer`)
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
    }
    throw new FormatError("BadValue", `${this.#what} has a varint above 2^53-1 before byte ${this.#at}`)
  }

  /** A view of the next bytes, not a copy. */
  bytes(count: number): Uint8Array {
    const at = this.#take(count)
    return this.#bytes.subarray(at, at + count)
  }

  /** @throws FormatError `TrailingBytes` unless everything was read */
  end(): void {
    if (this.left > 0)
      throw new FormatError("TrailingBytes", `${this.#what} ends at byte ${this.#at}, got ${this.#bytes.length}`)
  }
}
