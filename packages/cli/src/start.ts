import { setFlagsFromString } from "node:v8"
import { keepCompiledCode } from "./keep-compiled-code.ts"
import { promptLine } from "./prompt-line.ts"
import { promptPassword } from "./prompt-password.ts"
import { seemsToMoveData } from "./seems-to-move-data.ts"

/** Runs the program in this process, with its arguments and streams. */
export async function start(): Promise<void> {
  // Else the space for young objects grows to 64 MiB in each thread that works for long, beside what --memory counts on, and
  // no time is gained by it.
  setFlagsFromString("--semi-space-growth-factor=1")
  // So little is done with by one thread before others have been woken to help.
  setFlagsFromString("--no-parallel-scavenge")
  // From its sources the program is run by those who change it; what they start is small, and compiled each time.
  const isBuilt = import.meta.url.endsWith(".js")
  if (isBuilt) keepCompiledCode(process)
  const argv = process.argv.slice(2)
  // Threads come up while this one loads the rest.
  const movers = isBuilt ? await import("@bcopy/copy-engine/started-movers") : undefined
  const ahead = movers && seemsToMoveData(argv) ? movers.startMovers({ busyCores: 1 }) : undefined
  const [{ run }, { scanCacheFolder }, { systemClock }, { randomBytes }] = await Promise.all([
    import("./cli.ts"),
    import("./scan-cache-folder.ts"),
    import("@bcopy/copy-engine"),
    import("node:crypto"),
  ])
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
  const status = await run(argv, {
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
    ...(movers && {
      startMovers(options) {
        ahead?.fit(options)
        return ahead ?? movers.startMovers(options)
      },
    }),
    ...(scans && { scans }),
    signal: stop.signal,
  })
  await ahead?.close()
  process.exitCode = isCut ? status || 1 : status
}
