import type { CopyReport } from "@bcopy/copy-engine"
import { type DescribedError, describeError } from "./describe-error.ts"
import type { ExitCode } from "./exit-codes.ts"
import { partlyExit } from "./partly-exit.ts"

/**
 * The exit status of a copy: in part where some workloads failed and others did not or something was copied; the first
 * failure's where all failed.
 */
export function copyExit(report: CopyReport): { readonly exit: ExitCode; readonly errors: readonly DescribedError[] } {
  const { copied, skipped, planned, failed } = report
  // What of the source could not be listed has no workload.
  const nameOf = ({ job, workload }: { readonly job: string; readonly workload: string }) =>
    workload === "" ? job : `${job}/${workload}`
  const errors = failed.map(({ error, ...task }) => {
    const described = describeError(error)
    const prefix = `${nameOf(task)}: `
    const { message } = described
    return { ...described, message: message.startsWith(prefix) ? message : prefix + message }
  })
  const failures = new Set(failed.map(nameOf))
  const well = copied.length > 0 || [...skipped, ...planned].some((task) => !failures.has(nameOf(task)))
  return { exit: partlyExit(errors, well), errors }
}
