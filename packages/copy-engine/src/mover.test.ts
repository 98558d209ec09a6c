import { type BackupId, type Codec, openDataPack, type SessionId } from "@bcopy/chain-format"
import { seededRandom } from "@bcopy/repo/testing"
import type { SealedSlots } from "@bcopy/source"
import { expect, test } from "vitest"
import { clearSuite } from "./clear-suite.ts"
import { dedupMemoryFor } from "./dedup-table.ts"
import { blockFates, type MovedStretch, Mover } from "./mover.ts"
import { sha256, zstdCodec } from "./node-primitives.ts"
import type { MovedPack } from "./pack-filler.ts"
import { SessionPacks } from "./session-packs.ts"

const suite = clearSuite()

function moverOf(blockBytes: number, packBytes: number, codec: Codec = zstdCodec, keepsSlots = false) {
  const packs: MovedPack[] = []
  const session = new SessionPacks({ backup: "b".repeat(16) as BackupId, session: "5".repeat(16) as SessionId })
  session.beginAt(0)
  const mover = new Mover(
    {
      suite: { suite: 0 },
      packs: session.seed,
      dedup: dedupMemoryFor(1 << 12, 1 << 20),
      blockBytes,
      packBytes,
      level: 1,
      keepsSlots,
    },
    {
      codec,
      sha256,
      takeBuffer: () => ({ index: -1, bytes: new Uint8Array(packBytes + (2 << 20)) }),
      releaseBuffer: () => undefined,
    },
    (pack) => packs.push(pack),
  )
  return { mover, packs }
}

/** Where the blocks of a stretch lie in the packs: their slots' plain bytes, by serial or by pack and slot. */
function slotsOf(packs: readonly MovedPack[]) {
  const bySerial = new Map<number, Uint8Array>()
  const byPlace = new Map<string, Uint8Array>()
  for (const { bytes, key, pack, slots } of packs) {
    const opened = openDataPack(bytes, { suite, codec: zstdCodec, objectKey: key })
    for (let at = 0; at < slots.length; at += 4) {
      const [serial, slot] = slots.subarray(at, at + 2) as unknown as [number, number]
      bySerial.set(serial, opened.open(slot))
      byPlace.set(`${pack}.${slot}`, opened.open(slot))
    }
  }
  return { bySerial, byPlace }
}

test.for([1 << 20, 512 << 10, 256 << 10, 64 << 10])(
  "whatever stretches of blocks of %i bytes come, each block lies where the mover says",
  (blockBytes) => {
    const places = (1 << 20) / blockBytes
    const random = seededRandom(blockBytes)
    const below = (limit: number) => Math.floor(random() * limit)
    const { mover, packs } = moverOf(blockBytes, 4 << 20)
    const told: { content: number; fate: number; words: Uint32Array }[] = []
    let next = 1
    for (let stretch = 0; stretch < 60; stretch++) {
      const count = 1 + below(places * 2)
      // Few or many of them new, zeros and repetitions among the rest.
      const share = below(4) / 3
      const contents = Array.from({ length: count }, () =>
        random() < share ? next++ : random() < 0.5 ? 0 : below(next),
      )
      const plain = new Uint8Array(count * blockBytes)
      for (const [at, content] of contents.entries())
        new DataView(plain.buffer).setUint32(at * blockBytes, content, true)
      const moved = mover.move({ disk: 0, runs: [{ first: stretch * 1000, count }], content: plain })
      for (const [at, content] of contents.entries())
        told.push({ content, fate: moved.fates[at] as number, words: moved.words.subarray(at * 4, at * 4 + 4) })
    }
    mover.flush()
    const { bySerial, byPlace } = slotsOf(packs)
    for (const { content, fate, words } of told) {
      expect(fate === blockFates.zero).toBe(content === 0)
      if (fate === blockFates.zero) continue
      const [first, second, , length] = words as unknown as [number, number, number, number]
      const slot = length === 0 ? bySerial.get(first) : byPlace.get(`${first}.${second >>> 8}`)
      const place = length === 0 ? second : second & 0xff
      expect(Buffer.from(slot as Uint8Array).readUInt32LE(place * blockBytes)).toBe(content)
    }
    const sizes = [...bySerial.values()].map(({ length }) => length / blockBytes)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(places)
    // Each content once.
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(new Set(told.map(({ content }) => content)).size - 1)
    // The last slot of all may be small, and with more than one place no other one is.
    expect(sizes.filter((size) => size * 2 < places).length).toBeLessThanOrEqual(1)
  },
)

/** A whole pack of one slot as a source gives it: its blocks in the order in which they lie there. */
function sealedOf({ key, hint, bytes, slots }: MovedPack, blocks: number): SealedSlots {
  const [, slot, offset, length] = slots as unknown as [number, number, number, number]
  const words = Array.from({ length: blocks }, (_, at) => [0, at, at]).flat()
  return { key, hint, bytes, slots: Uint32Array.of(slot, offset, length), blocks: Uint32Array.from(words) }
}

test("a slot of the source with a block that is stored by now is taken apart, and each other block comes with its bytes", () => {
  const blockBytes = 64 << 10
  const count = 16
  // The source has stored a block twice: two of its movers found it at the same time.
  const contents = [1, 2].map((seed) => {
    const plain = Buffer.alloc(count * blockBytes)
    for (let at = 0; at < count; at++)
      plain.fill(`${seed} ${at === 5 ? "both" : at};`, at * blockBytes, (at + 1) * blockBytes)
    if (seed === 2) plain.fill("1 both;", 5 * blockBytes, 6 * blockBytes)
    return plain
  })
  const target = moverOf(blockBytes, 4 << 20, zstdCodec, true)
  const moved = contents.map((plain, index) => {
    const source = moverOf(blockBytes, 4 << 20)
    const runs = [{ first: index * count, count }]
    const { ids: expected } = source.mover.move({ disk: 0, runs, content: plain })
    source.mover.flush()
    const sealed = sealedOf(source.packs[0] as MovedPack, count)
    const answer = target.mover.move({ disk: 0, runs, content: [sealed], suite: { suite: 0 }, expected })
    target.mover.flush()
    return answer
  })
  expect(moved.map(({ wrong }) => wrong)).toEqual([-1, -1])
  expect([...(moved[1] as MovedStretch).fates]).toEqual(
    Array.from({ length: count }, (_, at) => (at === 5 ? blockFates.stored : blockFates.fresh)),
  )
  const { bySerial } = slotsOf(target.packs)
  for (const [index, { fates, words }] of moved.entries())
    for (let at = 0; at < count; at++) {
      if (fates[at] !== blockFates.fresh) continue
      const [serial = -1, place = 0] = words.subarray(at * 4, at * 4 + 2)
      const stored = (bySerial.get(serial) as Uint8Array).subarray(place * blockBytes, (place + 1) * blockBytes)
      const wanted = (contents[index] as Buffer).subarray(at * blockBytes, (at + 1) * blockBytes)
      expect(Buffer.compare(stored, wanted)).toBe(0)
    }
})
