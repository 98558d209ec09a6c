import { Worker } from "node:worker_threads"
import { EngineError } from "./engine-error.ts"
import type { MovedStretch, MoverSetup, Stretch } from "./mover.ts"
import type { MoverAnswer, MoverRequest, MoverThreadData } from "./mover-messages.ts"
import type { MovedPack } from "./pack-filler.ts"
import type { PackPool } from "./pack-pool.ts"
import type { RepackedBlocks, RepackTask } from "./repacker.ts"
import type { SlotCheck, UnpackFailure, UnpackTask } from "./unpack.ts"

/** What a mover made of a stretch, and the packs that filled up on the way. */
export interface StretchAnswer {
  readonly moved: MovedStretch
  readonly packs: readonly MovedPack[]
}

/** A data mover, wherever it runs. What it is asked it does in that order. */
export interface MoverThread {
  /** A session begins. Each of its packs is told to `onPack` as soon as it is full, and once more with an answer. */
  begin(setup: MoverSetup, onPack: (pack: MovedPack) => void): void
  move(stretch: Stretch): Promise<StretchAnswer>
  /** Writes what is needed of a pack into new ones, which only `onPack` is told. */
  repack(task: RepackTask): Promise<RepackedBlocks>
  /** Seals what is pending; gives its packs. */
  flush(): Promise<readonly MovedPack[]>
  /** The session is over: what is still open is let go. */
  end(): void
  unpack(task: UnpackTask): Promise<UnpackFailure | undefined>
  check(task: SlotCheck): Promise<UnpackFailure | undefined>
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (answer: MoverAnswer, packs: readonly MovedPack[]) => void
  readonly reject: (error: Error) => void
}

/** A mover in a thread of its own: the memory of stretches, packs and slots is shared with it, never copied. */
export function moverThread(pool: PackPool): MoverThread {
  const worker = new Worker(workerUrl(), { workerData: { isMover: true, pool: pool.memory } satisfies MoverThreadData })
  const waiting = new Map<number, Waiting>()
  let nextTask = 0
  let session = 0
  let onPack: (pack: MovedPack) => void = () => undefined
  let packs: MovedPack[] = []
  let failure: Error | undefined

  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const tell = (request: MoverRequest) => worker.postMessage(request)
  type AnswerOf<Type> = Extract<MoverAnswer, { type: Type }> & { readonly packs: readonly MovedPack[] }
  const ask = <Type extends MoverAnswer["type"]>(request: (task: number) => MoverRequest) =>
    new Promise<AnswerOf<Type>>((resolve, reject) => {
      if (failure !== undefined) return reject(failure)
      const task = nextTask++
      waiting.set(task, {
        resolve: (answer, filled) => resolve({ ...answer, packs: filled } as AnswerOf<Type>),
        reject,
      })
      tell(request(task))
    })
  const fail = (error: Error) => {
    failure ??= error
    for (const { reject } of waiting.values()) reject(failure)
    waiting.clear()
  }
  const takePacks = () => {
    const taken = packs
    packs = []
    return taken
  }

  worker.on("message", (answer: MoverAnswer) => {
    if (answer.type === "pack") {
      if (answer.session !== session) return pool.release(answer.pack.buffer)
      packs.push(answer.pack)
      return onPack(answer.pack)
    }
    const waiter = waiting.get(answer.task)
    waiting.delete(answer.task)
    if (answer.type === "failed") {
      const error = Object.assign(new Error(answer.message), { stack: answer.stack })
      if (waiter === undefined) fail(error)
      else waiter.reject(error)
    } else waiter?.resolve(answer, answer.type === "unpacked" ? [] : takePacks())
  })
  worker.on("error", (error) => fail(isMissing(error) ? missing(error) : error))
  worker.on("exit", (code) => fail(new Error(`a data mover ended by itself (${code})`)))

  return {
    begin(setup, listener) {
      onPack = listener
      packs = []
      tell({ type: "begin", session: ++session, setup })
    },
    move: (stretch) => ask<"moved">((task) => ({ type: "stretch", task, stretch })),
    async repack(task) {
      return (await ask<"repacked">((number) => ({ type: "repack", task: number, repack: task }))).repacked
    },
    async flush() {
      return (await ask<"flushed">((task) => ({ type: "flush", task }))).packs
    },
    end() {
      session++
      if (failure === undefined) tell({ type: "end" })
    },
    async unpack(task) {
      return (await ask<"unpacked">((number) => ({ type: "unpack", task: number, unpack: task }))).failure
    },
    async check(check) {
      return (await ask<"unpacked">((task) => ({ type: "check", task, check }))).failure
    },
    async close() {
      worker.removeAllListeners("exit")
      await worker.terminate()
    },
  }
}

function isMissing(error: Error): boolean {
  return ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes((error as NodeJS.ErrnoException).code ?? "")
}

function missing(cause: Error): EngineError {
  return new EngineError("BadArgument", `a data mover cannot start: ${cause.message}`, {
    cause,
    hint: "Who bundles the engine bundles @bcopy/copy-engine/mover-worker too, as mover-worker.js beside it, or asks for 0 movers.",
  })
}

/** The worker's file: beside this one, in the sources as in what is built from them. */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./mover-worker.ts" : "./mover-worker.js", import.meta.url)
}
