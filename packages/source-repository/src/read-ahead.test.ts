import { setImmediate } from "node:timers/promises"
import { farFetch, type RepositoryView, type SlotRef } from "@bcopy/chain-format"
import { expect, test } from "vitest"
import { ReadAhead } from "./read-ahead.ts"
import type { SealedPlace } from "./read-sealed-slots.ts"

const MIB = 1 << 20
const PACK_BYTES = 32 * MIB

/** Packs whose every byte tells its pack and the MiB that it lies in; `reads` notes each ranged read. */
function packs() {
  const reads: string[] = []
  let failing = false
  const view = {
    name: "packs",
    async readPack(key: string, { range, into }: { range: { offset: number; length: number }; into: Uint8Array }) {
      const pack = Number(key.slice(key.lastIndexOf("/") + 1))
      reads.push(`${pack}: ${range.offset / MIB}+${range.length / MIB}`)
      await Promise.resolve()
      if (failing) throw new Error("no answer")
      const bytes = into.subarray(0, range.length)
      for (let at = 0; at < bytes.length; at += MIB)
        bytes.fill(pack * 100 + Math.floor((range.offset + at) / MIB), at, at + MIB)
      return bytes
    },
  } as unknown as RepositoryView
  const place = {
    backup: "b",
    table: { record: async (pack: number) => ({ session: "s", number: pack, hint: new Uint8Array() }) },
  } as unknown as SealedPlace
  return {
    ahead: new ReadAhead(view, place, farFetch),
    reads,
    fail: (on: boolean) => {
      failing = on
    },
  }
}

/** A slot of one MiB. */
const slot = (pack: number, at: number): SlotRef => ({ pack, slot: at, offset: at * MIB, length: MIB })

/** Slots of two packs that were written at the same time, two of one and two of the other. */
const mixed = Array.from({ length: PACK_BYTES / MIB / 2 }, (_, turn) =>
  [1, 2].map((pack) => [slot(pack, turn * 2), slot(pack, turn * 2 + 1)]),
).flat()

async function take(ahead: ReadAhead, slots: readonly SlotRef[]): Promise<void> {
  for (const one of slots) {
    const bytes = await ahead.read(one, undefined)
    expect(bytes?.length).toBe(MIB)
    expect([bytes?.at(0), bytes?.at(-1)]).toEqual(Array(2).fill((one.pack * 100 + one.slot) % 256))
  }
  ahead.release(slots, undefined)
}

test("two packs that are wanted in turns are read 9 MiB at a time, each byte once", async () => {
  const { ahead, reads } = packs()
  const said: (typeof mixed)[number][] = []
  for (const stretch of mixed) {
    ahead.announce(stretch, undefined)
    said.push(stretch)
    if (said.length > 16) await take(ahead, said.shift() ?? [])
  }
  for (const stretch of said) await take(ahead, stretch)
  const lengths = reads.map((read) => Number(read.slice(read.indexOf("+") + 1)))
  expect(reads).toHaveLength(8)
  expect(Math.max(...lengths)).toBe(9)
  expect(lengths.reduce((sum, length) => sum + length)).toBe((2 * PACK_BYTES) / MIB)
})

test("at most four reads are held that nobody has asked for", async () => {
  const { ahead, reads } = packs()
  for (const stretch of mixed) ahead.announce(stretch, undefined)
  await setImmediate()
  expect(reads).toHaveLength(4)
})

test("a slot that was announced twice stays until it was asked for twice", async () => {
  const { ahead, reads } = packs()
  ahead.announce([slot(1, 3)], undefined)
  ahead.announce([slot(1, 3)], undefined)
  await take(ahead, [slot(1, 3)])
  await take(ahead, [slot(1, 3)])
  expect(reads).toEqual(["1: 3+1"])
  expect(await ahead.read(slot(1, 3), undefined)).toBeUndefined()
})

test("slots far from each other are not read with what lies between them, and what was not announced is not read", async () => {
  const { ahead, reads } = packs()
  ahead.announce([slot(1, 0), slot(1, 5)], undefined)
  expect(await ahead.read(slot(1, 3), undefined)).toBeUndefined()
  await take(ahead, [slot(1, 0), slot(1, 5)])
  expect(reads).toEqual(["1: 0+1", "1: 5+1"])
})

test("a read that failed fails for who asks, and for nobody else", async () => {
  const { ahead, fail } = packs()
  fail(true)
  ahead.announce([slot(1, 0)], undefined)
  await expect(ahead.read(slot(1, 0), undefined)).rejects.toThrow("no answer")
  ahead.release([slot(1, 0)], undefined)
  fail(false)
  ahead.announce([slot(1, 0)], undefined)
  await take(ahead, [slot(1, 0)])
})
