import type { VerifyReport } from "@bcopy/copy-engine"
import type { DescribedError } from "./describe-error.ts"
import { type ExitCode, exitCodes } from "./exit-codes.ts"
import { counted } from "./counted.ts"
import type { Paint } from "./paint.ts"
import { renderDuration } from "./render-duration.ts"

/** What verify found, a line for each point that is not plainly whole. */
export function renderVerify(
  { points, workloads, damaged, unknown, healed }: VerifyReport,
  { readData, tookMs, paint }: { readonly readData: string; readonly tookMs: number; readonly paint: Paint },
): string {
  const how = { none: "metadata and presence", authenticate: "every slot authenticated", hash: "every block hashed" }[
    readData
  ]
  const bad = damaged.length + unknown.length
  const lines = [
    ...damaged.map(
      (one) => `${paint.red("damaged")}  ${nameOf(one)}  ${one.message}${one.marked ? "" : " (not marked)"}`,
    ),
    ...unknown.map((one) => `${paint.yellow("unknown")}  ${nameOf(one)}  ${one.message}`),
    ...healed.map((one) => `${paint.green("healed")}   ${nameOf(one)}  is whole after all`),
    `${bad === 0 ? paint.green("✓") : paint.red("✗")} ${counted(points, "point")} of ${counted(workloads, "workload")} verified (${how}) in ${renderDuration(tookMs)}: ${damaged.length} damaged, ${unknown.length} unknown`,
  ]
  return lines.join("\n")
}

/** The exit status that a report stands for: damage weighs more than what could not be read. */
export function verifyVerdict({ damaged, unknown }: VerifyReport): {
  readonly exit: ExitCode
  readonly errors: readonly DescribedError[]
} {
  const { damaged: damage, failed, done } = exitCodes
  if (damaged.length > 0) {
    const hint = "`bcopy points` lists those that are complete; back up or copy again to get a new one."
    return {
      exit: damage,
      errors: [{ code: "Damaged", message: `damage found: ${damaged.length}`, hint, exit: damage }],
    }
  }
  if (unknown.length > 0) {
    const hint = "That is no damage: try again when everything can be read."
    return {
      exit: failed,
      errors: [
        { code: "Unreadable", message: `could not be read: ${counted(unknown.length, "point")}`, hint, exit: failed },
      ],
    }
  }
  return { exit: done, errors: [] }
}

function nameOf({
  job,
  workload,
  point,
}: {
  readonly job: string
  readonly workload: string
  readonly point: string
}): string {
  return `${job}/${workload}${point === "" ? "" : ` point ${point.slice(0, 8)}`}`
}
