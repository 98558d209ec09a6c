import { Worker } from "node:worker_threads"
import { EngineError } from "./engine-error.ts"
import type { MovedStretch, MoverSetup, Stretch } from "./mover.ts"
import type { MoverAnswer, MoverRequest, MoverThreadData, WithNumber } from "./mover-messages.ts"
import type { MovedPack } from "./pack-filler.ts"
import type { PackPool } from "./pack-pool.ts"
import type { RepackedBlocks, RepackTask } from "./repacker.ts"
import type { SuiteSeed } from "./suite-of.ts"
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

/** A thread that has been started to be a mover, and belongs to nobody yet. */
export interface IdleMover {
  /** Makes it a mover: the memory of stretches, packs and slots is shared with it, never copied. */
  use(pool: PackPool): MoverThread
  close(): Promise<void>
}

/** Starts a thread to be a mover. That it cannot start is told to whoever asks it for something. */
export function startMover(): IdleMover {
  const worker = new Worker(workerUrl(), { workerData: { isMover: true } satisfies MoverThreadData })
  const early: Error[] = []
  const onError = (error: Error) => void early.push(error)
  const onExit = (code: number) => void early.push(new Error(`a data mover ended by itself (${code})`))
  worker.on("error", onError)
  worker.on("exit", onExit)
  const close = async () => {
    worker.removeAllListeners("exit")
    await worker.terminate()
  }
  return {
    use(pool) {
      worker.off("error", onError)
      worker.off("exit", onExit)
      return moverThread(worker, { pool, failed: early[0], close })
    },
    close,
  }
}

function moverThread(
  worker: Worker,
  { pool, failed, close }: { readonly pool: PackPool; readonly failed: Error | undefined } & Pick<IdleMover, "close">,
): MoverThread {
  const waiting = new Map<number, Waiting>()
  let nextTask = 0
  let session = 0
  let onPack: (pack: MovedPack) => void = () => undefined
  let packs: MovedPack[] = []
  let failure = failed && startFailure(failed)

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
  const suites = new Map<SuiteSeed, number>()
  /** The same with the number of its suite, which the thread is told of first. */
  const numbered = <Task extends { readonly suite?: SuiteSeed }>({ suite, ...task }: Task): WithNumber<Task> => {
    if (suite === undefined) return task
    let number = suites.get(suite)
    if (number === undefined) {
      number = suites.size
      tell({ type: "suite", number, suite })
      suites.set(suite, number)
    }
    return { ...task, suite: number }
  }
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
  worker.on("error", (error) => fail(startFailure(error)))
  worker.on("exit", (code) => fail(new Error(`a data mover ended by itself (${code})`)))
  tell({ type: "use", pool: pool.memory })

  return {
    begin(setup, listener) {
      onPack = listener
      packs = []
      tell({ type: "begin", session: ++session, setup })
    },
    move: (stretch) => ask<"moved">((task) => ({ type: "stretch", task, stretch: numbered(stretch) })),
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
      return (await ask<"unpacked">((number) => ({ type: "unpack", task: number, unpack: numbered(task) }))).failure
    },
    async check(check) {
      return (await ask<"unpacked">((task) => ({ type: "check", task, check: numbered(check) }))).failure
    },
    close,
  }
}

/** A thread that lacks its file gets an error of ours. */
function startFailure(cause: Error): Error {
  const isMissing = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes((cause as NodeJS.ErrnoException).code ?? "")
  if (!isMissing) return cause
  return new EngineError("BadArgument", `a data mover cannot start: ${cause.message}`, {
    cause,
    hint: "Who bundles the engine bundles @bcopy/copy-engine/mover-worker too, as mover-worker.js beside it, or asks for 0 movers.",
  })
}

/** The worker's file: beside this one, in the sources as in what is built from them. */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./mover-worker.ts" : "./mover-worker.js", import.meta.url)
}
