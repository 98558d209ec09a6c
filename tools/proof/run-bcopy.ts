import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { text } from "node:stream/consumers"
import type { EngineEvent, TransferCounts } from "@bcopy/copy-engine"
import { builtBcopy } from "../bcopy/built-bcopy.ts"

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
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
  readonly point?: string
  readonly counts?: TransferCounts
  readonly copied?: readonly { readonly point: string; readonly counts: TransferCounts }[]
  readonly failed?: readonly { readonly error: { readonly code: string } }[]
  readonly points?: readonly { readonly point: string; readonly seq: number; readonly storedBytes: number }[]
  readonly damaged?: readonly unknown[]
}

/** Sends a signal to the program. */
export type SendSignal = (signal: NodeJS.Signals) => void

export interface RunBcopyOptions {
  /** The exit status that is due; 0 by default, `undefined` in it if a signal may end it. */
  readonly expect?: readonly (number | undefined)[]
  /** Called when the program has been started. */
  readonly onStart?: (send: SendSignal) => void
  /** Called with every event as it comes. */
  readonly onEvent?: (event: EngineEvent, send: SendSignal) => void
  /** Script that is run, and what its arguments begin with; the program itself by default. */
  readonly program?: readonly string[]
  /** Longer than this no run takes: it is ended, and that is a failure. */
  readonly limitMs?: number
}

/**
 * Runs the built bcopy as a process of its own, with `--json`. Rejects when it ends otherwise than it should. It does not
 * outlive this process.
 */
export async function runBcopy(args: readonly string[], options: RunBcopyOptions = {}): Promise<BcopyRun> {
  const { expect = [0], onStart, onEvent, program = [builtBcopy], limitMs } = options
  const startMs = performance.now()
  const child = spawn(process.execPath, ["--conditions=@bcopy/source", ...program, ...args, "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
  })
  const send: SendSignal = (signal) => child.kill(signal)
  const kill = () => send("SIGKILL")
  // Before whatever clears away what it works with.
  process.prependOnceListener("exit", kill)
  let isLate = false
  const limit = limitMs === undefined ? undefined : setTimeout(() => (isLate = child.kill("SIGKILL")), limitMs)
  onStart?.(send)
  const events: { event: EngineEvent; atMs: number }[] = []
  const others: string[] = []
  createInterface(child.stderr).on("line", (line) => {
    const event = parseEvent(line)
    if (event === undefined) return void others.push(line)
    events.push({ event, atMs: performance.now() - startMs })
    onEvent?.(event, send)
  })
  const output = text(child.stdout)
  const status = await new Promise<number | undefined>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => resolve(code ?? undefined))
  })
  process.off("exit", kill)
  clearTimeout(limit)
  if (isLate) throw new Error(`bcopy ${args.join(" ")}: had not ended after ${limitMs} ms`)
  const printed = await output
  const document = parseDocument(printed, status)
  if (!expect.includes(status)) {
    const said = document.error?.message ?? others.join("\n")
    throw new Error(`bcopy ${args.join(" ")}: ended with ${status}, ${expect.join(" or ")} was due: ${said}`)
  }
  return { status, tookMs: performance.now() - startMs, document, events }
}

/** What was printed; nothing of a document that a signal cut short. */
function parseDocument(printed: string, status: number | undefined): BcopyDocument {
  try {
    return printed === "" ? {} : (JSON.parse(printed) as BcopyDocument)
  } catch (error) {
    if (status !== undefined) throw error
    return {}
  }
}

function parseEvent(line: string): EngineEvent | undefined {
  try {
    return JSON.parse(line) as EngineEvent
  } catch {
    return undefined
  }
}
