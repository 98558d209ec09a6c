import { spawn } from "node:child_process"
import type { FileHandle } from "node:fs/promises"
import { delimiter } from "node:path"

/** Path by which a program that {@link toolLines} starts finds the file: no name of a file can confuse it. */
export const TOOL_FILE = "/proc/self/fd/3"

/** A program and its arguments, as given to the system: no shell reads them. */
export interface ToolCommand {
  readonly command: string
  readonly args: readonly string[]
}

/** Limits of {@link toolLines}. */
export interface ToolLimits {
  /** The program is killed after so long. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

const MAX_LINE_CHARS = 64 << 10

/**
 * Runs a program on an open file and gives what it prints, line by line.
 * @throws Error if it cannot be started, takes too long, prints an endless line or ends with a status other than 0
 */
export async function* toolLines(
  { command, args }: ToolCommand,
  file: FileHandle,
  { timeoutMs, signal }: ToolLimits,
): AsyncGenerator<string> {
  // A limit of Node's own would keep the process for as long where the program cannot be started.
  const timeout = AbortSignal.timeout(timeoutMs)
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "ignore", file.fd],
    env: { PATH: toolPath(), LC_ALL: "C" },
    killSignal: "SIGKILL",
    signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
  })
  const ended = new Promise<string>((resolve) => {
    child.on("error", ({ message }) => resolve(timeout.aborted ? `did not end within ${timeoutMs} ms` : message))
    child.on("close", (status, killedBy) => resolve(status === 0 ? "" : `ended with ${status ?? killedBy}`))
  })
  try {
    let rest = ""
    for await (const piece of child.stdout!.setEncoding("latin1")) {
      const lines = (rest + String(piece)).split("\n")
      rest = lines.pop() ?? ""
      if (rest.length > MAX_LINE_CHARS)
        throw new Error(`${command} prints a line of ${rest.length} characters, at most ${MAX_LINE_CHARS} are expected`)
      yield* lines
    }
    const trouble = await ended
    if (trouble !== "") throw new Error(`${command}: ${trouble}`)
    if (rest !== "") yield rest
  } finally {
    child.kill("SIGKILL")
  }
}

/** PATH with the system folders that a plain user's PATH leaves out. */
function toolPath(): string {
  return [process.env.PATH, "/usr/sbin", "/sbin"].filter((part) => part !== undefined && part !== "").join(delimiter)
}
