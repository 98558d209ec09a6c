import { type BackupId, openDataPack, type SessionId } from "@bcopy/chain-format"
import { seededRandom } from "@bcopy/repo/testing"
import { expect, test } from "vitest"
import { clearSuite } from "./clear-suite.ts"
import { dedupMemoryFor } from "./dedup-table.ts"
import { Mover } from "./mover.ts"
import { sha256, zstdCodec } from "./node-primitives.ts"
import type { MovedPack } from "./pack-filler.ts"
import { SessionPacks } from "./session-packs.ts"

const BLOCK_BYTES = 64 << 10
const PLACES = 16
const PACK_BYTES = 4 << 20
const means = {
  codec: zstdCodec,
  sha256,
  takeBuffer: () => ({ index: -1, bytes: new Uint8Array(PACK_BYTES + (2 << 20)) }),
  releaseBuffer: () => undefined,
}

function moverOf(session: string, level: number) {
  const packs: MovedPack[] = []
  const numbers = new SessionPacks({ backup: "b".repeat(16) as BackupId, session: session.repeat(16) as SessionId })
  const setup = { suite: { suite: 0 }, packs: numbers.seed, dedup: dedupMemoryFor(1 << 12, 1 << 20) } as const
  const rest = { blockBytes: BLOCK_BYTES, packBytes: PACK_BYTES, level, keepsSlots: true }
  return { packs, mover: new Mover({ ...setup, ...rest }, means, (pack) => packs.push(pack)) }
}

const open = ({ key, bytes }: MovedPack) =>
  openDataPack(bytes, { suite: clearSuite(), codec: zstdCodec, objectKey: key })

/** Packs of blocks that each begin with a number of their own; at the end of a block is noise, so that they take room. */
function packsOf(blocks: number, level: number): readonly MovedPack[] {
  const { mover, packs } = moverOf("5", level)
  const random = seededRandom(1)
  for (let first = 0; first < blocks; first += 20) {
    const content = new Uint8Array(20 * BLOCK_BYTES)
    for (let at = 0; at < content.length; at++)
      if (at % BLOCK_BYTES > BLOCK_BYTES / 2) content[at] = Math.floor(random() * 256)
    for (let at = 0; at < 20; at++) new DataView(content.buffer).setUint32(at * BLOCK_BYTES, first + at + 1)
    // Of two disks, and nothing of them in one piece.
    mover.move({ disk: first % 400 < 200 ? 0 : 1, runs: [{ first: first * 2, count: 20 }], content })
  }
  mover.flush()
  return packs
}

/** What of a pack is wanted, by a chance for each of its slots. */
function wantedOf(pack: MovedPack, chances: readonly number[], random: () => number) {
  const used = new Uint32Array((open(pack).slots.length * PLACES + 31) >>> 5)
  const positions: number[] = []
  for (const [slot, { runs }] of open(pack).slots.entries()) {
    const count = runs.reduce((sum, run) => sum + run.count, 0)
    for (let place = 0; place < count; place++) {
      if (random() >= (chances[slot % chances.length] as number)) continue
      const position = slot * PLACES + place
      used[position >>> 5] = (used[position >>> 5] as number) | (1 << (position & 31))
      positions.push(position)
    }
  }
  return { used, positions }
}

test.each([0, 1])(
  "level %i: what is wanted of packs lies in new ones, where the mover says, and nothing else does",
  (level) => {
    const random = seededRandom(level)
    const { mover, packs } = moverOf("6", 3)
    const told = packsOf(400, level).map((pack) => {
      const { used, positions } = wantedOf(pack, [1, 0.5, 0, 0.1, 1], random)
      const { blocks, failure } = mover.repack({ key: pack.key, bytes: pack.bytes, used })
      expect(failure).toBeUndefined()
      expect([...blocks].filter((_, at) => at % 3 === 0)).toEqual(positions)
      return { pack, blocks }
    })
    mover.flush()
    expect(told.length).toBeGreaterThan(3)
    expect(packs.length).toBeGreaterThan(1)
    const slots = new Map(
      packs.flatMap((pack) =>
        Array.from({ length: pack.slots.length / 4 }, (_, at) => {
          const [serial, slot] = pack.slots.subarray(at * 4) as unknown as [number, number]
          return [serial, { plain: open(pack).open(slot), record: open(pack).slots[slot] }] as const
        }),
      ),
    )
    let moved = 0
    for (const { pack, blocks } of told) {
      const opened = open(pack)
      const numbers = opened.slots.map(({ runs }) =>
        runs.flatMap(({ first, count }) => Array.from({ length: count }, (_, at) => first + at)),
      )
      for (let at = 0; at < blocks.length; at += 3) {
        const [position, serial, place] = blocks.subarray(at, at + 3) as unknown as [number, number, number]
        const [slot, was] = [Math.floor(position / PLACES), position % PLACES]
        const is = slots.get(serial)
        const content = is?.plain.subarray(place * BLOCK_BYTES, (place + 1) * BLOCK_BYTES) as Uint8Array
        expect(Buffer.compare(content, opened.open(slot).subarray(was * BLOCK_BYTES, (was + 1) * BLOCK_BYTES))).toBe(0)
        expect(is?.record?.disk).toBe(opened.slots[slot]?.disk)
        const now = is?.record?.runs.flatMap(({ first, count }) =>
          Array.from({ length: count }, (_, more) => first + more),
        )
        expect(now?.[place]).toBe(numbers[slot]?.[was])
        moved++
      }
    }
    expect(packs.reduce((sum, { blocks }) => sum + blocks, 0)).toBe(moved)
  },
)

test("a slot that is wanted as a whole stays as it was compressed", () => {
  const [pack] = packsOf(40, 1) as [MovedPack]
  const { mover, packs } = moverOf("6", 19)
  mover.repack({ key: pack.key, bytes: pack.bytes, used: wantedOf(pack, [1], () => 0).used })
  mover.flush()
  const sizes = (one: MovedPack) => open(one).slots.map(({ storedBytes }) => storedBytes)
  expect(sizes(packs[0] as MovedPack)).toEqual(sizes(pack))
})

test("a pack that does not open, or holds less than is wanted, is told", () => {
  const [pack] = packsOf(40, 1) as [MovedPack]
  const { mover } = moverOf("6", 3)
  const { used } = wantedOf(pack, [1], () => 0)
  const flipped = pack.bytes.slice()
  flipped[5000] = (flipped[5000] as number) ^ 1
  expect(mover.repack({ key: pack.key, bytes: flipped, used }).failure?.code).toBe("Unopenable")
  expect(mover.repack({ key: pack.key, bytes: pack.bytes.subarray(0, 9000), used }).failure?.code).toBe("Truncated")
  const more = new Uint32Array(used.length).fill(0xffff_ffff)
  const { failure } = mover.repack({ key: pack.key, bytes: pack.bytes, used: more })
  expect(failure).toEqual({ code: "Inconsistent", message: expect.stringContaining("has no block at place 15") })
})
