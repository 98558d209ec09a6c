import { spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { text } from "node:stream/consumers"
import type { EngineEvent, TransferCounts } from "@bcopy/copy-engine"

const main = join(import.meta.dirname, "../../packages/cli/src/main.ts")

/** What the program said and how it ended. */
export interface BcopyRun {
  readonly status: number | undefined
  readonly tookMs: number
  readonly document: BcopyDocument
  /** Events, each with the time from the start of the program. */
  readonly events: readonly { readonly event: EngineEvent; readonly atMs: number }[]
}

/** Members of the documents that proofs look at. */
export interface BcopyDocument {
  readonly error?: { readonly code: string; readonly message: string }
  readonly point?: string
  readonly counts?: TransferCounts
  readonly copied?: readonly { readonly point: string; readonly counts: TransferCounts }[]
  readonly points?: readonly { readonly point: string; readonly seq: number; readonly storedBytes: number }[]
  readonly damaged?: readonly unknown[]
}

export interface RunBcopyOptions {
  /** The exit status that is due; 0 by default, `undefined` in it if a signal may end it. */
  readonly expect?: readonly (number | undefined)[]
  /** Called with every event as it comes. */
  readonly onEvent?: (event: EngineEvent, kill: (signal: "SIGKILL" | "SIGINT") => void) => void
}

/** Runs bcopy from its sources, as a process of its own, with `--json`. Rejects when it ends otherwise than it should. */
export async function runBcopy(args: readonly string[], options: RunBcopyOptions = {}): Promise<BcopyRun> {
  const { expect = [0], onEvent } = options
  const startMs = performance.now()
  const child = spawn(process.execPath, ["--conditions=@bcopy/source", main, ...args, "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
  })
  const events: { event: EngineEvent; atMs: number }[] = []
  const others: string[] = []
  createInterface(child.stderr).on("line", (line) => {
    const event = parseEvent(line)
    if (event === undefined) return void others.push(line)
    events.push({ event, atMs: performance.now() - startMs })
    onEvent?.(event, (signal) => child.kill(signal))
  })
  const output = text(child.stdout)
  const status = await new Promise<number | undefined>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => resolve(code ?? undefined))
  })
  const printed = await output
  const document = (printed === "" ? {} : JSON.parse(printed)) as BcopyDocument
  if (!expect.includes(status)) {
    const said = document.error?.message ?? others.join("\n")
    throw new Error(`bcopy ${args.join(" ")}: ended with ${status}, ${expect.join(" or ")} was due: ${said}`)
  }
  return { status, tookMs: performance.now() - startMs, document, events }
}

function parseEvent(line: string): EngineEvent | undefined {
  try {
    return JSON.parse(line) as EngineEvent
  } catch {
    return undefined
  }
}
