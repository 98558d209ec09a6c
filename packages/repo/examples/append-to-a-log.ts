import assert from "node:assert/strict"
import { appendEntry, memoryStore, parseObjectKey, writeOnce } from "@bcopy/repo"
import { fakeClock } from "@bcopy/repo/testing"

// Two writers append to one log. Both think that number 1 is free; one of them is told what took it, and decides again.
const memory = memoryStore({ clock: fakeClock() })
const store = writeOnce(memory, { onTampering: ({ key, kind }) => console.warn(`${key}: ${kind}`) })
const keyOf = (number: number) => parseObjectKey(`log/${String(number).padStart(4, "0")}`)

async function append(words: string): Promise<number | undefined> {
  const bytes = new TextEncoder().encode(words)
  const entry = await appendEntry(store, {
    keyOf,
    first: { number: 1, bytes },
    collided: async (number) => ({ number: number + 1, bytes }),
  })
  return entry?.number
}

const numbers = await Promise.all([append("first"), append("second")])
assert.deepEqual(numbers.toSorted(), [1, 2])
