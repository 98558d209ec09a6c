import { randomBytes } from "node:crypto"
import { type EngineHost, systemHost } from "@bcopy/copy-engine"
import { run } from "../../packages/cli/src/cli.ts"
import { fastClock } from "./fast-clock.ts"
import type { WriterSetup } from "./writer-program.ts"

// The program with a clock and a host of its own: writer-process.ts SETUP ARGUMENT…
const [setup = "", ...argv] = process.argv.slice(2)
const { clock, machine } = JSON.parse(setup) as WriterSetup

process.exitCode = await run(argv, {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  clock: fastClock(clock),
  random: (count) => Uint8Array.from(randomBytes(count)),
  signal: new AbortController().signal,
  ...(machine !== undefined && { host: hostCalled(machine) }),
})

/** A machine of that name, of which no other can tell whether its processes live. */
function hostCalled(name: string): EngineHost {
  const thisWriter = async () => ({ ...(await systemHost.thisWriter()), machine: name, boot: `boot of ${name}` })
  return { ...systemHost, thisWriter }
}
