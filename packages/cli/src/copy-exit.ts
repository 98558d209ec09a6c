import type { CopyReport } from "@bcopy/copy-engine"
import { type DescribedError, describeError } from "./describe-error.ts"
import { type ExitCode, exitCodes } from "./exit-codes.ts"

/**
 * The exit status of a copy: in part where some workloads failed and others did not or something was copied; the first
 * failure's where all failed.
 */
export function copyExit(report: CopyReport): { readonly exit: ExitCode; readonly errors: readonly DescribedError[] } {
  const { copied, skipped, planned, failed } = report
  const nameOf = ({ job, workload }: { readonly job: string; readonly workload: string }) => `${job}/${workload}`
  const errors = failed.map(({ error, ...task }) => {
    const described = describeError(error)
    return { ...described, message: `${nameOf(task)}: ${described.message}` }
  })
  const [first] = errors
  if (first === undefined) return { exit: exitCodes.done, errors }
  const failures = new Set(failed.map(nameOf))
  const well = copied.length > 0 || [...skipped, ...planned].some((task) => !failures.has(nameOf(task)))
  return { exit: well ? exitCodes.partly : first.exit, errors }
}
