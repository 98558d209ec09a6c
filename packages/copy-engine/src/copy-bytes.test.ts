import { expect, test } from "vitest"
import { copyBytes } from "./copy-bytes.ts"
import { pageMemory } from "./direct-file.ts"

const kinds = {
  own: (bytes: number) => new Uint8Array(bytes),
  shared: (bytes: number) => new Uint8Array(new SharedArrayBuffer(bytes)),
  pages: pageMemory,
}
const names = Object.keys(kinds) as (keyof typeof kinds)[]

test.for(names.flatMap((from) => names.map((to) => [from, to] as const)))("from %s into %s", ([from, to]) => {
  for (const length of [0, 1, 2, 3, 63, 4096, 65_537]) {
    // A part of larger memory on both sides: what lies around stays as it is.
    const bytes = kinds[from](length + 8).subarray(5, 5 + length)
    for (let at = 0; at < length; at++) bytes[at] = (at * 7 + 1) & 0xff
    const whole = kinds[to](length + 32).fill(9)
    copyBytes(bytes, whole.subarray(3, 20 + length), 4)
    expect(Buffer.compare(whole.subarray(7, 7 + length), bytes)).toBe(0)
    expect(whole.subarray(0, 7).every((byte) => byte === 9)).toBe(true)
    expect(whole.subarray(7 + length).every((byte) => byte === 9)).toBe(true)
  }
})

test("what does not fit is refused", () => {
  expect(() => copyBytes(new Uint8Array(5), new Uint8Array(8), 4)).toThrow(RangeError)
})
