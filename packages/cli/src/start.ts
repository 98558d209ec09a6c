import { cachedDataVersionTag, setFlagsFromString } from "node:v8"
import { startMovers } from "@bcopy/copy-engine/started-movers"
import { cacheFolder } from "./cache-folder.ts"
import { keepCompiledCode } from "./keep-compiled-code.ts"
import { runKept } from "./kept-script.ts"
import type * as Program from "./program.ts"
import { seemsToMoveData } from "./seems-to-move-data.ts"

/** By then all is loaded that most runs need. */
const LOADED_MS = 1000

/**
 * How V8 is to collect garbage once there is work, and how it does by itself: without letting the space for young objects grow,
 * which would be by up to 64 MiB a thread, beside what --memory counts on; and at once instead of in steps beside the program,
 * which needs all cores. Not from the start: what Node brings along compiled, and what is kept, is good for the flags only that
 * it was compiled under.
 */
const workFlags: readonly (readonly [string, string])[] = [
  ["--semi-space-growth-factor=1", "--semi-space-growth-factor=2"],
  ["--no-incremental-marking", "--incremental-marking"],
]

/** Runs the program in this process, with its arguments and streams. */
export async function start(): Promise<void> {
  // So little is done with by one thread before others have been woken to help.
  setFlagsFromString("--no-parallel-scavenge")
  const onWork = () => workFlags.forEach(([flag]) => setFlagsFromString(flag))
  const later = setTimeout(onWork, LOADED_MS).unref()
  // From its sources the program is run by those who change it; what they start is small, and compiled each time.
  if (!import.meta.url.endsWith(".js")) {
    const { program } = await import("./program.ts")
    return program({ onWork })
  }
  // Threads come up while this one loads the rest.
  const ahead = seemsToMoveData(process.argv.slice(2)) ? startMovers({ busyCores: 1 }) : undefined
  keepCompiledCode(process)
  const isKept = !process.env["NODE_DISABLE_COMPILE_CACHE"]
  const tag = cachedDataVersionTag()
  const script = runKept<typeof Program>(new URL("program.cjs", import.meta.url), {
    folder: isKept ? cacheFolder("program", process) : undefined,
    use: /^[a-z]+$/.exec(process.argv[2] ?? "")?.[0] ?? "none",
  })
  await script.exports.program({
    startMovers(options) {
      ahead?.fit(options)
      return ahead ?? startMovers(options)
    },
    onWork,
  })
  await ahead?.close()
  clearTimeout(later)
  for (const [, flag] of workFlags) setFlagsFromString(flag)
  // Another V8 may do otherwise by itself: what is compiled now is not good for its next start then.
  if (process.exitCode === 0 && cachedDataVersionTag() === tag) script.keep()
}
