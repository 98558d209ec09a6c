#!/usr/bin/env node
import { complainOfNode } from "./check-node.ts"

const complaint = complainOfNode(process.versions.node)
if (complaint === undefined) await start()
else {
  process.stderr.write(`${complaint}\n`)
  process.exitCode = 2
}

async function start(): Promise<void> {
  // What these import may need what an older Node does not have.
  const [{ run }, { systemClock }, { randomBytes }] = await Promise.all([
    import("./cli.ts"),
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
  for (const stream of [process.stdout, process.stderr]) stream.on("error", quietly)
  process.exitCode = await run(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    clock: systemClock,
    random: (count) => Uint8Array.from(randomBytes(count)),
    signal: stop.signal,
  })
}

/** A reader that has seen enough (`bcopy points | head`) is no failure. */
function quietly(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error
}
