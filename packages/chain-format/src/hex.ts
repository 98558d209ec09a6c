import { FormatError } from "./format-error.ts"

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/** Lower-case hex of the bytes. */
export function toHex(bytes: Uint8Array): string {
  let text = ""
  for (const byte of bytes) text += digits[byte]
  return text
}

/** The bytes of lower-case hex. @throws FormatError `BadValue` */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text))
    throw new FormatError("BadValue", `${JSON.stringify(text.slice(0, 80))} is not lower-case hex`)
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(index * 2, index * 2 + 2), 16),
  )
}

/** Whether two byte strings are equal. Not constant-time: for digests that are no secret. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false
  return true
}

/** Whether bytes are all zero. */
export function areZeros(bytes: Uint8Array, first = 0, end: number = bytes.length): boolean {
  for (let index = first; index < end; index++) if (bytes[index] !== 0) return false
  return true
}
