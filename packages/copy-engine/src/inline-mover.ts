import { packBufferBytes } from "@bcopy/chain-format"
import { Mover } from "./mover.ts"
import type { MoverThread } from "./mover-thread.ts"
import { sha256, zstdCodec } from "./node-primitives.ts"
import type { MovedPack } from "./pack-filler.ts"
import type { PackPool } from "./pack-pool.ts"
import { checkSlots, unpack } from "./unpack.ts"

/** A mover in this thread, of which more can be asked at once. */
export interface InlineMover extends MoverThread {
  /** Whether a stretch of so many bytes needs no buffer. */
  hasRoomFor(bytes: number): boolean
}

/** A mover in this thread: for `movers: 0`, and where there are no worker threads. */
export function inlineMover(pool: PackPool): InlineMover {
  let mover: Mover | undefined
  let packs: MovedPack[] = []
  const takePacks = () => {
    const taken = packs
    packs = []
    return taken
  }
  return {
    begin(setup, onPack) {
      packs = []
      const means = {
        codec: zstdCodec,
        sha256,
        // This thread stores the packs too, so it cannot wait for one: a stretch that fills several gets more memory.
        takeBuffer: () => pool.tryTake() ?? { index: -1, bytes: new Uint8Array(packBufferBytes(setup.packBytes)) },
        releaseBuffer: (index: number) => pool.release(index),
      }
      mover = new Mover(setup, means, (pack) => {
        packs.push(pack)
        onPack(pack)
      })
    },
    hasRoomFor: (bytes) => mover?.hasRoomFor(bytes) === true,
    async move(stretch) {
      const moved = (mover as Mover).move(stretch)
      return { moved, packs: takePacks() }
    },
    async repack(task) {
      const repacked = (mover as Mover).repack(task)
      takePacks()
      return repacked
    },
    async flush() {
      mover?.flush()
      return takePacks()
    },
    end() {
      mover?.abandon()
      mover = undefined
    },
    unpack: async (task) => unpack(task, { codec: zstdCodec, sha256 }),
    check: async (task) => checkSlots(task, { codec: zstdCodec }),
    close: async () => undefined,
  }
}
