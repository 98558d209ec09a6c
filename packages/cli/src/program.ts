import { randomBytes } from "node:crypto"
import { systemClock } from "@bcopy/copy-engine"
import { run } from "./cli.ts"
import { exitCodes } from "./exit-codes.ts"
import type { Io } from "./io.ts"
import { promptLine } from "./prompt-line.ts"
import { promptPassword } from "./prompt-password.ts"
import { scanCacheFolder } from "./scan-cache-folder.ts"

/** The whole program in this process, with its arguments and streams; ends by setting the exit code. */
export async function program(means: Pick<Io, "startMovers" | "onWork"> = {}): Promise<void> {
  if (!hasWorkingFolder()) {
    // Threads cannot be started there, and a relative path would mean nothing.
    process.stderr.write("bcopy: the folder that it was started in is gone\n  Change to another one.\n")
    process.exitCode = exitCodes.usage
    return
  }
  const stop = new AbortController()
  const onSignal = () => {
    // The second time somebody means it; what was stored by then is found by the next run all the same.
    if (stop.signal.aborted) process.exit(130)
    stop.abort(new Error("interrupted"))
  }
  process.on("SIGINT", onSignal)
  process.on("SIGTERM", onSignal)
  let isCut = false
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`bcopy points | head`) is no failure.
    if (isCut || error.code === "EPIPE") return
    isCut = true
    process.exitCode ||= 1
    process.stderr.write(`bcopy: cannot write to stdout: ${error.message}\n`)
  })
  // Nobody can be told, and the work itself goes on.
  process.stderr.on("error", () => undefined)
  const scans = scanCacheFolder(process)
  const status = await run(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    clock: systemClock,
    random: (count) => Uint8Array.from(randomBytes(count)),
    ...(process.stdin.isTTY &&
      process.stderr.isTTY && {
        prompt: (question: string) => promptPassword(question, process),
        ask: (question: string) => promptLine(question, process),
      }),
    ...means,
    ...(scans && { scans }),
    signal: stop.signal,
  })
  process.exitCode = isCut ? status || 1 : status
}

function hasWorkingFolder(): boolean {
  try {
    process.cwd()
    return true
  } catch {
    return false
  }
}
