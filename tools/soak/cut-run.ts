import { setTimeout as wait } from "node:timers/promises"
import { type BcopyRun, runBcopy } from "../proof/run-bcopy.ts"
import { requireThat } from "../proof/require-that.ts"

/** How a run is cut short. */
export interface Cut {
  /** So long after the start of the process. */
  readonly atMs: number
  readonly signal: "SIGKILL" | "SIGINT" | "SIGTERM"
  /** The signal is sent once more, so much later: whoever does that means it. */
  readonly againMs?: number
}

/** No run of a trial takes so long. */
export const RUN_LIMIT_MS = 120_000

/**
 * Runs the program and cuts it short, unless it is done by then.
 * @throws Error if it ends otherwise than such a signal should end it
 */
export async function cutRun(args: readonly string[], cut: Cut, program?: readonly string[]): Promise<BcopyRun> {
  const { atMs, signal, againMs } = cut
  const run = await runBcopy(args, {
    expect: signal === "SIGKILL" ? [0, undefined] : [0, 130, undefined],
    limitMs: RUN_LIMIT_MS,
    ...(program !== undefined && { program }),
    onStart: (send) => {
      void wait(atMs).then(() => send(signal))
      if (againMs !== undefined) void wait(atMs + againMs).then(() => send(signal))
    },
  })
  if (signal === "SIGKILL") return run
  // Before the program has been loaded, and when it has said all, the system itself ends a process that is sent a signal.
  const isIdle = run.events.length === 0 || Object.keys(run.document).length > 0
  requireThat(run.status !== undefined || isIdle || againMs !== undefined, `${signal} ended ${args[0]} in its work`)
  const code = run.document.error?.code
  const isTold = run.status !== 130 || code === "Interrupted" || againMs !== undefined
  requireThat(isTold, `${args[0]} ended with 130 after ${signal}, and its document says ${code}`)
  return run
}
