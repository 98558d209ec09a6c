import type { BcopyRun } from "../proof/run-bcopy.ts"
import type { S3Place } from "./buckets.ts"
import { hurriedProgram, runAgainst } from "./run-against.ts"

const MAX_RUNS = 6
/** However bad the weather, no run is patient for longer. */
const LIMIT_MS = 150_000
/** Codes that no weather may bring about. */
const wrongCodes = new Set(["Unexpected", "Damaged", "Unfit", "NoRepository", "NotWritable"])

/** A copy that was started again until it was done. */
export interface OperatedCopy {
  readonly tookMs: number
  /** What the runs that failed said. */
  readonly failures: readonly string[]
}

export interface OperateOptions {
  /** What a run that fails may say. */
  readonly says: RegExp
  /** With a tenth of the program's patience. */
  readonly hurried?: boolean
}

/**
 * Copies as an operator does: when a run ends with an error that says what is wrong, the same command again.
 * @throws if a run does not end, or says something else, or the last one failed too
 */
export async function copyAsOperator(
  place: S3Place,
  { from, to, memory = "288MiB" }: { readonly from: string; readonly to: string; readonly memory?: string },
  { says, hurried = false }: OperateOptions,
): Promise<OperatedCopy> {
  const copy = ["copy", "--from", from, "--to", to, "--select", "all", "--memory", memory]
  const options = { expect: [0, 1, 3], limitMs: LIMIT_MS, ...(hurried && { program: hurriedProgram }) }
  const failures: string[] = []
  let tookMs = 0
  for (let run = 1; run <= MAX_RUNS; run++) {
    const done = await runAgainst(place, copy, options)
    tookMs += done.tookMs
    if (done.status === 0) return { tookMs, failures }
    failures.push(requireClear(done, says))
  }
  throw new Error(`not done after ${MAX_RUNS} runs: ${failures.join("; ")}`)
}

/** What a run failed of. @throws unless it says so clearly */
export function requireClear({ document, status }: BcopyRun, says: RegExp): string {
  const { error } = document
  const text = `${error?.code}: ${error?.message}`
  if (error === undefined || wrongCodes.has(error.code) || !says.test(error.message))
    throw new Error(`bcopy ended with ${status} and said ${text}`)
  return text
}
