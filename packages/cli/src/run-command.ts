import { rememberRepository, type Repository, type RepositoryMemory } from "@bcopy/copy-engine"
import type { SpendingCap } from "@bcopy/repo-s3"
import type { Call, CliCommand, Outcome } from "./cli-command.ts"
import { type DescribedError, describeError } from "./describe-error.ts"
import { type ExitCode, exitCodes } from "./exit-codes.ts"
import type { Io } from "./io.ts"
import { knownRepositories } from "./known-repositories.ts"
import { paintFor, printable } from "./paint.ts"
import { openReporter } from "./reporter.ts"
import { TaskTimes } from "./task-times.ts"
import { renderUses } from "./render-uses.ts"
import { phaseOf } from "./run-phase.ts"
import { toldRetries } from "./told-retries.ts"
import { type BucketUse, UsedBuckets } from "./used-buckets.ts"

const NOT_KEPT = "what this machine remembers of the repository could not be kept"

/** A memory that fails to remember is no failure of what was done by then: it is told, once. */
function keepingOn(memory: RepositoryMemory, tell: (message: string) => void): RepositoryMemory {
  const told = new Set<string>()
  return {
    recall: (name) => memory.recall(name),
    async remember(name, repository) {
      await memory.remember(name, repository).catch(({ message }: Error) => {
        if (!told.has(message)) tell(message)
        told.add(message)
      })
    },
  }
}

/** Runs one command with what was parsed for it, and writes what it came to. */
export async function runCommand<Options>(
  command: CliCommand<Options>,
  { options, args }: Pick<Call<Options>, "options" | "args">,
  io: Io,
): Promise<ExitCode> {
  const json = options.json === true
  const times = new TaskTimes(io.clock)
  const cap = new AbortController()
  const { keepsCheckpoint: keeps = false } = command
  const keepsCheckpoint = keeps && options.dryRun !== true
  const buckets = new UsedBuckets(keepsCheckpoint ? () => cap.abort() : undefined)
  const reporter = await openReporter(io, { json, asked: () => buckets.total })
  const slowly = options.bandwidth === undefined ? "" : " within --bandwidth"
  const stopping = keepsCheckpoint ? `finishing the checkpoint${slowly}` : "stopping"
  const onAbort = () => reporter.note(`${stopping}, press Ctrl-C again to stop at once`)
  io.signal.addEventListener("abort", onAbort, { once: true })
  const onCap = () => reporter.note(`${buckets.cap?.describe()}: ${stopping} before the cap is reached`)
  cap.signal.addEventListener("abort", onCap, { once: true })
  let hasMoved = false
  let isAtWork = false
  const seams: Call["seams"] = {
    clock: io.clock,
    random: io.random,
    ...(io.host !== undefined && { host: io.host }),
    memory: keepingOn(knownRepositories(io), (message) => reporter.note(`${NOT_KEPT}: ${message}`)),
    onEvent(event) {
      if (!isAtWork) io.onWork?.()
      isAtWork = true
      const phase = phaseOf(event)
      if (phase !== undefined) buckets.enter(phase)
      times.see(event, buckets.total)
      hasMoved ||= event.type === "transfer" || event.type === "resealed"
      reporter.onEvent(event)
    },
  }
  const opened: Repository[] = []
  const { memory: memoryBytes } = options
  const started = command.movesData?.(options)
    ? io.startMovers?.({
        ...(memoryBytes !== undefined && { memoryBytes }),
        ...(command.mayHelp && { mayHelp: command.mayHelp(options) }),
      })
    : undefined
  try {
    const signal = AbortSignal.any([io.signal, cap.signal])
    const paint = paintFor(io.stdout, io.env)
    const note = (text: string) => reporter.note(text)
    const onRetry = toldRetries(note, io.clock)
    const call = { options, args, io, seams, signal, paint, times, buckets, opened, note, onRetry }
    const outcome = await command.run({ ...call, ...(started && { started }) })
    reporter.end()
    return writeOutcome(withUses(outcome, buckets.uses), io, { json })
  } catch (error) {
    reporter.end()
    if ((io.env["BCOPY_DEBUG"] ?? "") !== "" && error instanceof Error) io.stderr.write(`${error.stack}\n`)
    const capped = !io.signal.aborted ? buckets.cap : undefined
    const described = describeError(error, io.signal.aborted || cap.signal.aborted, keepsCheckpoint)
    // What was spent on work that goes on later is told as at its end.
    if (!json && (hasMoved || capped !== undefined) && buckets.uses.length > 0)
      io.stderr.write(`${renderUses(buckets.uses)}\n`)
    return writeError(
      capped === undefined ? described : overLimit(described, capped, { keepsCheckpoint, hasMoved }),
      io,
      {
        json,
        more: usesOf(buckets.uses),
      },
    )
  } finally {
    // What cannot be remembered is told, and changes nothing that was done.
    await Promise.all(
      opened.map((repository) =>
        rememberRepository(repository).catch(({ message }: Error) => reporter.note(`${NOT_KEPT}: ${message}`)),
      ),
    )
    await started?.close()
    buckets.close()
    io.signal.removeEventListener("abort", onAbort)
  }
}

/** What a run came to, and what it asked of buckets. */
function withUses(outcome: Outcome, uses: readonly BucketUse[]): Outcome {
  if (uses.length === 0) return outcome
  const text = outcome.text === "" ? renderUses(uses) : `${outcome.text}\n${renderUses(uses)}`
  return { ...outcome, document: { ...outcome.document, ...usesOf(uses) }, text }
}

/** Requests as a document carries them; nothing without buckets. */
function usesOf(uses: readonly BucketUse[]): { readonly requests?: readonly BucketUse[] } {
  return uses.length === 0 ? {} : { requests: uses }
}

/** A run that a cap has ended, in order or, where there was no time for that, by refusing a request. */
function overLimit(
  error: DescribedError,
  cap: SpendingCap,
  { keepsCheckpoint, hasMoved }: { readonly keepsCheckpoint: boolean; readonly hasMoved: boolean },
): DescribedError {
  if (error.code !== "Interrupted" && error.code !== "OverLimit") return error
  const stuck =
    "; what was stored before had to be found first, and nothing was added: with no more room it never will be"
  const goesOn = !keepsCheckpoint ? "" : hasMoved ? ": it goes on from what was stored by now" : stuck
  return {
    code: "OverLimit",
    message: `stopped before --max-requests or --max-cost was passed: ${cap.describe()}`,
    hint: `Run the same command again with room for more${goesOn}.`,
    exit: exitCodes.refused,
  }
}

/** Tells an error that ended the run; `more` goes with it in a document. */
export function writeError(
  error: DescribedError,
  io: Io,
  { json, more }: { readonly json: boolean; readonly more?: Readonly<Record<string, unknown>> },
): ExitCode {
  if (json) writeDocument(io, { error: inDocument(error), ...more })
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
