import { parentPort, workerData } from "node:worker_threads"
import { clearSuite } from "./clear-suite.ts"
import { Mover, type MoverSetup } from "./mover.ts"
import type { MoverAnswer, MoverRequest } from "./mover-messages.ts"
import { sha256, zstdCodec } from "./node-primitives.ts"

/** The entry of a mover thread: docs/design.md, Data movers. */
const port = parentPort
if (port === null) throw new Error("mover-worker is the entry of a worker thread")
const answer = (message: MoverAnswer, transfer: readonly ArrayBuffer[]) => port.postMessage(message, [...transfer])
const memoryOf = (bytes: Uint8Array | Uint32Array) => bytes.buffer as ArrayBuffer

const mover = new Mover(workerData as MoverSetup, { suite: clearSuite(), codec: zstdCodec, sha256 }, (pack) =>
  answer({ type: "pack", pack }, [memoryOf(pack.bytes)]),
)

port.on("message", (request: MoverRequest) => {
  try {
    if (request.type === "recycle") mover.recycle(new Uint8Array(request.memory))
    else if (request.type === "flush") {
      mover.flush()
      answer({ type: "flushed", task: request.task }, [])
    } else {
      const { plain } = request.stretch
      const moved = mover.move(request.stretch)
      const transfer = [plain, moved.fates, moved.ids, moved.words].map(memoryOf)
      answer({ type: "moved", task: request.task, moved, plain }, transfer)
    }
  } catch (error) {
    const { message, stack = "" } = error as Error
    answer({ type: "failed", message, stack }, [])
  }
})
