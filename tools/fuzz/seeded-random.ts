/** Numbers that look random and are the same for the same seed. */
export interface SeededRandom {
  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number
  /** One of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item
}

/** Mulberry32: 32 bits of state, good enough to choose mutations. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  return {
    below: (end) => next() % end,
    pick: (items) => items[next() % items.length] as never,
  }
}

/** A seed of its own for each input of each target. */
export function seedOf(seed: number, target: string, input: number): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0
  for (const byte of new TextEncoder().encode(`${target}/${input}`)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}
