import type { EngineSeams, Repository, StartedMovers } from "@bcopy/copy-engine"
import type { Retry } from "@bcopy/repo"
import type { Command } from "commander"
import type { DescribedError } from "./describe-error.ts"
import type { ExitCode } from "./exit-codes.ts"
import type { Io } from "./io.ts"
import type { Paint } from "./paint.ts"
import type { SharedOptions } from "./shared-options.ts"
import type { TaskTimes } from "./task-times.ts"
import type { UsedBuckets } from "./used-buckets.ts"

/** One command of the program. */
export interface CliCommand<Options> {
  readonly name: string
  /** Whether an interrupted run keeps a checkpoint that the next one goes on from. */
  readonly keepsCheckpoint?: boolean
  /** Whether it is going to move data: threads for that are started before anything else. */
  readonly movesData?: (options: Options & SharedOptions) => boolean
  /** Whether the main thread may do a part of that. */
  readonly mayHelp?: (options: Options & SharedOptions) => boolean
  /** Describes it to the parser: options, arguments, help. */
  readonly define: (command: Command) => void
  readonly run: (call: Call<Options>) => Promise<Outcome>
}

/** One call of a command: what it was given and what it works with. */
export interface Call<Options = unknown> {
  readonly options: Options & SharedOptions
  readonly args: readonly string[]
  readonly io: Io
  readonly seams: EngineSeams
  readonly signal: AbortSignal
  /** Colours of stdout. */
  readonly paint: Paint
  readonly times: TaskTimes
  /** Buckets that were opened on the way. */
  readonly buckets: UsedBuckets
  /** Tells a sentence to whoever watches, on stderr. */
  readonly note: (text: string) => void
  /** Told of requests that are made again. */
  readonly onRetry: (retry: Retry) => void
  /** Threads for a command that moves data. */
  readonly started?: StartedMovers
  /** Repositories that were opened on the way: what was seen of them is remembered at the end. */
  readonly opened: Repository[]
}

/** What a command came to: told as a document with `--json`, as text without. */
export interface Outcome {
  /** 0 by default. */
  readonly exit?: ExitCode
  readonly document: Readonly<Record<string, unknown>>
  readonly text: string
  /** What went wrong on the way; the first one stands in the document unless the exit status is 0 or 3. */
  readonly errors?: readonly DescribedError[]
}
