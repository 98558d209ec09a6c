import { parentPort, workerData } from "node:worker_threads"
import type { MoverThreadData } from "./mover-messages.ts"
import { serveMover } from "./serve-mover.ts"

const port = (workerData as Partial<MoverThreadData> | null)?.isMover === true ? parentPort : null

/** Whether this thread is a data mover of an engine that started it: then importing this file made it work. */
export const isMover: boolean = port !== null

if (port !== null) serveMover(port)
