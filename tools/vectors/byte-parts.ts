/** Bytes of a vector, part by part, written from docs/format.md and not from the code that the vectors prove. */
export type Part = Uint8Array

export function join(...parts: readonly Part[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

export function u8(...values: readonly number[]): Part {
  return Uint8Array.from(values)
}

export function u16(value: number): Part {
  return little(value, 2)
}

export function u32(value: number): Part {
  return little(value, 4)
}

export function u48(value: number): Part {
  return little(value, 6)
}

export function varint(value: number): Part {
  const bytes: number[] = []
  let rest = BigInt(value)
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Uint8Array.from([...bytes, Number(rest)])
}

export function hex(digits: string): Part {
  return new Uint8Array(Buffer.from(digits, "hex"))
}

export function text(value: string): Part {
  return new TextEncoder().encode(value)
}

export function fill(count: number, byte: number): Part {
  return new Uint8Array(count).fill(byte)
}

function little(value: number, count: number): Part {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return new Uint8Array(bytes.subarray(0, count))
}
