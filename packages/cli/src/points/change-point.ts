import {
  DEFAULT_UNDO_MS,
  findPoint,
  type FoundWorkload,
  listRemoved,
  pinPoint,
  removePoints,
  type Repository,
  restoreRemoved,
  unpinPoint,
} from "@bcopy/copy-engine"
import type { LivePoint } from "@bcopy/chain-format"
import { CliError } from "../cli-error.ts"
import type { Outcome } from "../cli-command.ts"
import { counted } from "../counted.ts"
import { openGivenRepository, repositoryGiven } from "../open-repository-at.ts"
import { renderDuration } from "../render-duration.ts"
import { prepareToWrite } from "../prepare-to-write.ts"
import { isoTime } from "../render-time.ts"
import { tableName } from "../table-name.ts"
import type { PointsCall } from "./points-call.ts"

/** What is done to one point: checked first, then done. */
interface PointAction {
  readonly find: (call: PointsCall, repository: Repository) => Promise<{ found: FoundWorkload; point: LivePoint }>
  readonly check: (call: PointsCall, found: FoundWorkload, point: LivePoint) => void
  readonly apply: (repository: Repository, found: FoundWorkload, point: LivePoint, call: PointsCall) => Promise<unknown>
  readonly done: (name: string, call: PointsCall, before: LivePoint) => string
}

export const pointActions: Readonly<Record<string, PointAction>> = {
  pin: {
    find: living,
    check({ options: { reason } }) {
      if ((reason ?? "").trim() === "")
        throw new CliError("Usage", "pin needs a --reason, which whoever finds the point held will read")
    },
    apply: (repository, found, { entry }, { options, signal }) =>
      pinPoint(repository, found, entry, options.reason ?? "", { signal }),
    done: (name, { options }, { pin }) =>
      `${name} is held: ${options.reason}${pin === undefined ? "" : `, in the place of "${tableName(pin)}"`}`,
  },
  unpin: {
    find: living,
    check(_, { state }, { point, pin }) {
      if (pin === undefined)
        throw new CliError("Usage", `point ${point.slice(0, 8)} of ${state.workload.name} is not pinned`)
    },
    apply: (repository, found, { entry }, { signal }) => unpinPoint(repository, found, entry, { signal }),
    done: (name) => `${name} is let go`,
  },
  remove: {
    find: living,
    check({ options }, { state }, { point, pin }) {
      const name = `point ${point.slice(0, 8)} of ${state.workload.name}`
      if (pin !== undefined)
        throw new CliError("Refused", `${name} is pinned: ${tableName(pin)}`, { hint: "Unpin it first." })
      if (options.yes !== true && options.dryRun !== true)
        throw new CliError("Refused", `${name} would be removed`, {
          hint: `Confirm with --yes. ${comesBack(options)}.`,
        })
    },
    apply: (repository, found, { entry }, { options, signal }) =>
      removePoints(repository, found, [entry], {
        undoMs: options.undo ?? DEFAULT_UNDO_MS,
        signal,
      }),
    done: (name, { options }, before) => `${name} is removed. ${comesBack(options)}${whileLocked(before)}`,
  },
  "restore-removed": {
    find: removed,
    check: () => undefined,
    apply: (repository, found, { entry }, { signal }) => restoreRemoved(repository, found, entry, { signal }),
    done: (name) => `${name} is back`,
  },
}

/** How long a point that is removed now comes back. */
function comesBack({ undo = DEFAULT_UNDO_MS }: PointsCall["options"]): string {
  if (undo === 0) return "It comes back only until space is given back: `bcopy points restore-removed`"
  const days = undo / 86_400_000
  const time = Number.isInteger(days) ? counted(days, "day") : renderDuration(undo)
  return `It can be brought back for ${time}: \`bcopy points restore-removed\``
}

/** A lock outlasts whatever undo time was asked for. */
function whileLocked({ lockedUntilMs = 0 }: LivePoint): string {
  return lockedUntilMs === 0 ? "" : `; it is locked until ${isoTime(lockedUntilMs)}, and there as long`
}

/** `bcopy points pin|unpin|remove|restore-removed`. */
export async function changePointAction(call: PointsCall, action: string): Promise<Outcome> {
  const { workload, point: wanted, reason, dryRun = false } = call.options
  if (workload === undefined || wanted === undefined)
    throw new CliError("Usage", `${action} needs --workload NAME and --point ID`, {
      hint: `\`bcopy points${action === "restore-removed" ? " --removed" : ""}\` lists the ids.`,
    })
  const { find, check, apply, done } = pointActions[action] as PointAction
  const repository = await openGivenRepository(call)
  const { found, point } = await find(call, repository)
  check(call, found, point)
  if (!dryRun) {
    await prepareToWrite(repositoryGiven(call), repository, call)
    await apply(repository, found, point, call)
  }
  const text = done(`point ${point.point.slice(0, 8)} of ${found.job}/${workload}`, call, point)
  return {
    document: { dryRun, action, job: found.job, workload, point: point.point, ...(reason !== undefined && { reason }) },
    text: dryRun ? `would be done: ${text}` : text,
  }
}

async function living({ options, signal }: PointsCall, repository: Repository) {
  const { job, workload = "", point: wanted = "" } = options
  const { point, ...found } = await findPoint(repository, { job, workload, point: wanted, signal })
  return { found, point }
}

async function removed({ options, signal }: PointsCall, repository: Repository) {
  const { job, workload, point: wanted = "" } = options
  const matching: { found: FoundWorkload; point: LivePoint }[] = []
  for await (const { found, point } of listRemoved(repository, { job, workload, signal }))
    if (wanted !== "" && point.point.startsWith(wanted.toLowerCase())) matching.push({ found, point })
  const [first] = matching
  if (first === undefined || matching.length > 1)
    throw new CliError("Usage", `${wanted} begins the ids of ${matching.length} removed points of ${workload}`, {
      hint: "`bcopy points --removed` lists them; give the beginning of exactly one id.",
    })
  return first
}
