import { spawn } from "node:child_process"
import { join } from "node:path"
import { styleText } from "node:util"
import { builtBcopy } from "../bcopy/built-bcopy.ts"

// From a clone nothing has to be built first; a test, which builds, has no use for the time that sources take to load.
const main = process.argv.includes("--built") ? builtBcopy : join(import.meta.dirname, "../../packages/cli/src/main.ts")

/**
 * Runs the program as a user would, in a process of its own, after showing the command line.
 * @throws Error if it does not end with status 0
 */
export async function bcopy(cwd: string, ...argv: string[]): Promise<void> {
  console.log(`\n${styleText("dim", "$")} ${styleText("cyan", ["bcopy", ...argv].join(" "))}`)
  await run(cwd, argv, "inherit")
}

/** Runs the program and reads the document it prints. */
export async function bcopyJson(cwd: string, ...argv: string[]): Promise<unknown> {
  return JSON.parse(await run(cwd, [...argv, "--json"], "pipe"))
}

async function run(cwd: string, argv: readonly string[], stdout: "inherit" | "pipe"): Promise<string> {
  const child = spawn(process.execPath, ["--conditions=@bcopy/source", main, ...argv], {
    cwd,
    // What is remembered of the demo's repositories goes with them.
    env: { ...process.env, BCOPY_CONFIG_DIR: join(cwd, "config"), BCOPY_CACHE_DIR: join(cwd, "cache") },
    stdio: ["ignore", stdout, "inherit"],
  })
  let text = ""
  child.stdout?.setEncoding("utf8").on("data", (part: string) => (text += part))
  const status = await new Promise<string | number>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code, signal) => resolve(code ?? signal ?? "?"))
  })
  if (status !== 0) throw new Error(`bcopy ${argv[0]} ended with ${status}`)
  return text
}
