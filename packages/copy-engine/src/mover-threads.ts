import { Worker } from "node:worker_threads"
import { clearSuite } from "./clear-suite.ts"
import { type MovedPack, type MovedStretch, Mover, type MoverSetup, type Stretch } from "./mover.ts"
import type { MoverAnswer, MoverRequest } from "./mover-messages.ts"
import { sha256, zstdCodec } from "./node-primitives.ts"

/** Who hears of what a mover did, in the order in which it did it. */
export interface MoverListener<Moved> {
  readonly pack: (pack: MovedPack) => void
  /** Called at once, before anything later is heard; `plain` is the stretch's memory, handed back. */
  readonly moved: (moved: MovedStretch, plain: Uint8Array) => Moved
}

/** A mover, wherever it runs. */
export interface MoverThread<Moved> {
  /** Works through a stretch; gives what the listener made of it. */
  move(stretch: Stretch): Promise<Moved>
  /** Seals and emits what is pending; resolves after its packs were emitted. */
  flush(): Promise<void>
  /** Gives back the memory of a pack that has been stored. */
  recycle(bytes: Uint8Array): void
  close(): Promise<void>
}

/** A mover in this thread: for `movers: 0`, and where there are no worker threads. */
export function inlineMover<Moved>(setup: MoverSetup, listener: MoverListener<Moved>): MoverThread<Moved> {
  const mover = new Mover(setup, { suite: clearSuite(), codec: zstdCodec, sha256 }, listener.pack)
  return {
    move: async (stretch) => listener.moved(mover.move(stretch), stretch.plain),
    flush: async () => mover.flush(),
    recycle: (bytes) => mover.recycle(new Uint8Array(bytes.buffer as ArrayBuffer)),
    close: async () => undefined,
  }
}

/** A mover in a thread of its own: memory is handed over, not copied. */
export function threadMover<Moved>(setup: MoverSetup, listener: MoverListener<Moved>): MoverThread<Moved> {
  const worker = new Worker(workerUrl(), { workerData: setup })
  let nextTask = 0
  let failure: Error | undefined
  const waiting = new Map<number, { resolve: (moved?: Moved) => void; reject: (error: Error) => void }>()
  const fail = (error: Error) => {
    failure ??= error
    for (const { reject } of waiting.values()) reject(failure)
    waiting.clear()
  }
  worker.on("message", (answer: MoverAnswer) => {
    if (answer.type === "pack") listener.pack(answer.pack)
    else if (answer.type === "failed") fail(Object.assign(new Error(answer.message), { stack: answer.stack }))
    else {
      const moved = answer.type === "moved" ? listener.moved(answer.moved, answer.plain) : undefined
      waiting.get(answer.task)?.resolve(moved)
      waiting.delete(answer.task)
    }
  })
  worker.on("error", fail)
  worker.on("exit", (code) => fail(new Error(`a data mover ended by itself (${code})`)))
  const ask = (request: (task: number) => MoverRequest, transfer: ArrayBuffer[]) =>
    new Promise<Moved | undefined>((resolve, reject) => {
      if (failure !== undefined) return reject(failure)
      const task = nextTask++
      waiting.set(task, { resolve, reject })
      worker.postMessage(request(task), transfer)
    })
  return {
    async move(stretch) {
      const memory = stretch.plain.buffer as ArrayBuffer
      return (await ask((task) => ({ type: "stretch", task, stretch }), [memory])) as Moved
    },
    async flush() {
      await ask((task) => ({ type: "flush", task }), [])
    },
    recycle(bytes) {
      const memory = bytes.buffer as ArrayBuffer
      if (failure === undefined) worker.postMessage({ type: "recycle", memory } satisfies MoverRequest, [memory])
    },
    async close() {
      worker.removeAllListeners("exit")
      await worker.terminate()
    },
  }
}

/** The worker's file: beside this one, in the sources as in what is built from them. */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./mover-worker.ts" : "./mover-worker.js", import.meta.url)
}
