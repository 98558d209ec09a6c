import type { MessagePort } from "node:worker_threads"
import { Mover } from "./mover.ts"
import type { MoverAnswer, MoverRequest } from "./mover-messages.ts"
import { sha256, zstdCodec } from "./node-primitives.ts"
import { PackPool } from "./pack-pool.ts"
import type { SuiteSeed } from "./suite-of.ts"
import { checkSlots, unpack } from "./unpack.ts"

/** Memory that is handed over; what is shared stays where it is. */
const owned = (...arrays: readonly (Uint8Array | Uint32Array)[]) =>
  arrays.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer)

/** Does what a main thread asks through a port: the whole work of a mover thread. */
export function serveMover(port: MessagePort): void {
  const answer = (message: MoverAnswer, transfer: readonly ArrayBuffer[] = []) =>
    port.postMessage(message, [...transfer])
  let pool: PackPool
  const means = {
    codec: zstdCodec,
    sha256,
    takeBuffer: () => pool.take(),
    releaseBuffer: (index: number) => pool.release(index),
  }
  let mover: Mover | undefined
  const suites: SuiteSeed[] = []
  const seedOf = (number: number) => suites[number] as SuiteSeed

  port.on("message", (request: MoverRequest) => {
    const task = "task" in request ? request.task : -1
    try {
      if (request.type === "use") pool = new PackPool(request.pool)
      else if (request.type === "begin") {
        const { session, setup } = request
        mover = new Mover(setup, means, (pack) => answer({ type: "pack", session, pack }, owned(pack.bytes)))
      } else if (request.type === "suite") suites[request.number] = request.suite
      else if (request.type === "stretch") {
        const { suite, ...stretch } = request.stretch
        const moved = (mover as Mover).move({ ...stretch, ...(suite !== undefined && { suite: seedOf(suite) }) })
        answer(
          { type: "moved", task, moved },
          owned(moved.fates, moved.ids, moved.words, ...(moved.tags ? [moved.tags] : [])),
        )
      } else if (request.type === "repack") {
        const repacked = (mover as Mover).repack(request.repack)
        answer({ type: "repacked", task, repacked }, owned(repacked.blocks))
      } else if (request.type === "flush") {
        mover?.flush()
        answer({ type: "flushed", task })
      } else if (request.type === "end") {
        mover?.abandon()
        mover = undefined
      } else {
        const failure =
          request.type === "unpack"
            ? unpack({ ...request.unpack, suite: seedOf(request.unpack.suite) }, means)
            : checkSlots({ ...request.check, suite: seedOf(request.check.suite) }, means)
        answer({ type: "unpacked", task, failure })
      }
    } catch (error) {
      const { message, stack = "" } = error as Error
      answer({ type: "failed", task, message, stack })
    }
  })
}
