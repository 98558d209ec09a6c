import type { SeededRandom } from "./seeded-random.ts"

const extremes = [
  [0x00],
  [0xff],
  [0x7f],
  [0x80],
  [0xff, 0xff],
  [0x00, 0x80],
  [0xff, 0xff, 0xff, 0xff],
  [0x00, 0x00, 0x00, 0x80],
  [0xff, 0xff, 0xff, 0x7f],
  [0x00, 0x00, 0x00, 0x02],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x00],
] as const
const MAX_BYTES = 1 << 16

/** A changed copy of `bytes`, with pieces of `others` in it now and then: one to four small harms. */
export function mutateBytes(bytes: Uint8Array, others: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  let changed: Uint8Array = new Uint8Array(bytes)
  for (let harms = 1 + random.below(4); harms > 0; harms--) changed = harm(changed, others, random)
  return changed.length > MAX_BYTES ? changed.slice(0, MAX_BYTES) : changed
}

function harm(bytes: Uint8Array, others: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  const at = random.below(bytes.length + 1)
  const count = 1 + random.below(Math.min(64, bytes.length + 1))
  const here = Math.min(at, Math.max(0, bytes.length - 1))
  switch (random.below(9)) {
    case 0:
      bytes[here] = (bytes[here] ?? 0) ^ (1 << random.below(8))
      return bytes
    case 1:
      bytes[here] = random.below(256)
      return bytes
    case 2:
      return bytes.slice(0, at)
    case 3:
      return join(bytes.subarray(0, at), bytes.subarray(at + count))
    case 4:
      return join(bytes.subarray(0, at), bytes.subarray(at, at + count), bytes.subarray(at))
    case 5:
      bytes.set(Uint8Array.from(random.pick(extremes)).subarray(0, bytes.length - here), here)
      return bytes
    case 6:
      return join(bytes.subarray(0, at), Uint8Array.from(random.pick(extremes)), bytes.subarray(at))
    case 7: {
      const other = random.pick(others)
      const from = random.below(other.length + 1)
      return join(bytes.subarray(0, at), other.subarray(from, from + count), bytes.subarray(at))
    }
    default: {
      // A number a little larger or smaller: counts and lengths that lie by one.
      bytes[here] = (bytes[here] ?? 0) + (random.below(2) === 0 ? 1 : -1)
      return bytes
    }
  }
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
