import type { Call, CliCommand, Outcome } from "./cli-command.ts"
import { type DescribedError, describeError } from "./describe-error.ts"
import { type ExitCode, exitCodes } from "./exit-codes.ts"
import type { Io } from "./io.ts"
import { paintFor, printable } from "./paint.ts"
import { openReporter } from "./reporter.ts"
import { TaskTimes } from "./task-times.ts"
import { type BucketUse, renderUses, UsedBuckets } from "./used-buckets.ts"

/** Runs one command with what was parsed for it, and writes what it came to. */
export async function runCommand<Options>(
  command: CliCommand<Options>,
  { options, args }: Pick<Call<Options>, "options" | "args">,
  io: Io,
): Promise<ExitCode> {
  const json = options.json === true
  const reporter = await openReporter(io, { json })
  const times = new TaskTimes(io.clock)
  const buckets = new UsedBuckets()
  const { keepsCheckpoint = false } = command
  const stopping = keepsCheckpoint ? "finishing the checkpoint" : "stopping"
  const onAbort = () => reporter.note(`${stopping}, press Ctrl-C again to stop at once`)
  io.signal.addEventListener("abort", onAbort, { once: true })
  const seams: Call["seams"] = {
    clock: io.clock,
    random: io.random,
    ...(io.host !== undefined && { host: io.host }),
    onEvent(event) {
      times.see(event)
      reporter.onEvent(event)
    },
  }
  try {
    const { signal } = io
    const paint = paintFor(io.stdout, io.env)
    const outcome = await command.run({ options, args, io, seams, signal, paint, times, buckets })
    reporter.end()
    return writeOutcome(withUses(outcome, buckets.uses), io, { json })
  } catch (error) {
    reporter.end()
    if ((io.env["BCOPY_DEBUG"] ?? "") !== "" && error instanceof Error) io.stderr.write(`${error.stack}\n`)
    return writeError(describeError(error, io.signal.aborted, keepsCheckpoint), io, { json })
  } finally {
    buckets.close()
    io.signal.removeEventListener("abort", onAbort)
  }
}

/** What a run came to, and what it asked of buckets. */
function withUses(outcome: Outcome, uses: readonly BucketUse[]): Outcome {
  if (uses.length === 0) return outcome
  const text = outcome.text === "" ? renderUses(uses) : `${outcome.text}\n${renderUses(uses)}`
  return { ...outcome, document: { ...outcome.document, requests: uses }, text }
}

/** Tells an error that ended the run. */
export function writeError(error: DescribedError, io: Io, { json }: { readonly json: boolean }): ExitCode {
  if (json) writeDocument(io, { error: inDocument(error) })
  else writeErrorText(error, io)
  return error.exit
}

function writeOutcome(outcome: Outcome, io: Io, { json }: { readonly json: boolean }): ExitCode {
  const { exit = exitCodes.done, errors = [] } = outcome
  const [first] = errors
  if (json) {
    const failed = exit !== exitCodes.done && exit !== exitCodes.partly && first !== undefined
    writeDocument(io, { ...(failed && { error: inDocument(first) }), ...outcome.document })
    return exit
  }
  if (outcome.text !== "") io.stdout.write(`${outcome.text}\n`)
  for (const error of errors) writeErrorText(error, io)
  return exit
}

function writeDocument(io: Io, document: Readonly<Record<string, unknown>>): void {
  io.stdout.write(`${JSON.stringify({ schema: 1, ...document }, undefined, 2)}\n`)
}

function writeErrorText({ message, hint }: DescribedError, { stderr, env }: Io): void {
  const paint = paintFor(stderr, env)
  stderr.write(`${paint.red("bcopy:")} ${printable(message)}\n`)
  if (hint !== undefined) stderr.write(`  ${printable(hint)}\n`)
}

/** An error as documents carry it. */
export function inDocument({ code, message, hint }: DescribedError): Pick<DescribedError, "code" | "message" | "hint"> {
  return { code, message, hint }
}
