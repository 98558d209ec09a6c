import { planWorkloads } from "@bcopy/copy-engine"
import {
  dateOf,
  type RetentionPolicy,
  type SimulatedSchedule,
  type SimulatedPoint,
  simulate,
  type Simulation,
  startOfDate,
  type Weekday,
} from "@bcopy/retention-gfs"
import { CliError } from "../cli-error.ts"
import type { Outcome } from "../cli-command.ts"
import { openGivenRepository } from "../open-repository-at.ts"
import { counted } from "../counted.ts"
import { renderTable } from "../render-table.ts"
import { givenPolicy } from "./policy-options.ts"
import { renderCalendar } from "./render-calendar.ts"
import { renderPolicy } from "./render-policy.ts"
import type { RetentionCall } from "./retention-call.ts"
import { type CellKind, noteCell, type PictureBar, type RetentionPicture, strongest } from "./retention-picture.ts"
import { renderFiles, writePictures } from "./write-picture.ts"

const YEARS = 3
const MOST_YEARS = 100

/** `bcopy retention simulate`: what a policy comes to over the years. */
export async function simulateAction(call: RetentionCall): Promise<Outcome> {
  const { options, io, paint } = call
  const policy = (await givenPolicy(options)) ?? (await policyOfJob(call))
  const schedule = scheduleOf(call)
  const from = options.from ?? dateOf(io.clock.now(), policy.zone)
  if (!/^(?:19[7-9]\d|2\d{3})-\d\d-\d\d$/.test(from))
    throw new CliError("Usage", `--from ${from} is not a date from 1970-01-01 on, such as 2025-01-04`)
  if ((options.years ?? YEARS) > MOST_YEARS) throw new CliError("Usage", `more than ${MOST_YEARS} years are not played`)
  const to = laterBy(from, options.years ?? YEARS)
  const [fromMs, toMs] = [startOfDate(from, policy.zone), startOfDate(to, policy.zone)]
  const result = simulate(policy, schedule, { fromMs, toMs })
  const picture = pictureOf(result, policy, schedule, { from, to })
  const files = await writePictures([picture], options)
  const left = result.points.filter(({ removed }) => removed === undefined)
  const columns = ["DATE", "FLAGS"].map((heading) => ({ heading }))
  return {
    document: { policy, schedule, from, to, most: result.most, points: result.points, pictures: files },
    text: [
      paint.bold(renderPolicy(policy)),
      `${scheduleText(schedule)}: ${counted(result.points.length, "point")} from ${from} to ${to}, at most ${result.most} at once, ${left.length} at the end:`,
      renderTable(
        columns,
        left.map(({ date, gfs }) => [date, gfs.join(" ")]),
        paint.bold,
      ),
      "",
      renderCalendar(picture, paint),
      ...renderFiles(files, options),
    ].join("\n"),
  }
}

async function policyOfJob(call: RetentionCall): Promise<RetentionPolicy> {
  const { job, repo } = call.options
  const { signal, io } = call
  if (repo === undefined && (io.env["BCOPY_REPO"] ?? "") === "")
    throw new CliError("Usage", "there is no policy to be played through", {
      hint: "Say --days 7 --weekly 4:saturday, or --policy FILE, or --repo REPO --job NAME.",
    })
  const repository = await openGivenRepository(call)
  for await (const { inForce } of planWorkloads(repository, { job, signal })) if (inForce !== undefined) return inForce
  throw new CliError("Usage", "no job here has a policy", { hint: "`bcopy retention accept` gives it one." })
}

function scheduleOf({ options }: RetentionCall): SimulatedSchedule {
  const { every, at, on } = options
  if (every !== undefined) {
    if (at !== undefined || on !== undefined)
      throw new CliError("Usage", "a schedule is every so many minutes, or at times of days, not both")
    return { everyMinutes: every }
  }
  const days = on?.flatMap((text) => text.split(",")) as readonly Weekday[] | undefined
  return { at: at ?? ["22:00"], ...(days !== undefined && { on: days }) }
}

function scheduleText(schedule: SimulatedSchedule): string {
  if ("everyMinutes" in schedule) return `every ${counted(schedule.everyMinutes, "minute")}`
  return `${schedule.on === undefined ? "daily" : schedule.on.join(", ")} at ${schedule.at.join(", ")}`
}

/** The same date so many years later; 29 February becomes the 28th. */
function laterBy(date: string, years: number): string {
  const later = `${String(Number(date.slice(0, 4)) + years).padStart(4, "0")}${date.slice(4)}`
  return later.endsWith("-02-29") && new Date(`${later}T00:00:00Z`).getUTCDate() !== 29
    ? `${later.slice(0, 8)}28`
    : later
}

function pictureOf(
  { points, most }: Simulation,
  policy: RetentionPolicy,
  schedule: SimulatedSchedule,
  { from, to }: { readonly from: string; readonly to: string },
): RetentionPicture {
  const cells = new Map<string, CellKind>()
  const bars: PictureBar[] = []
  for (const point of points) {
    noteCell(cells, point.date, kindOf(point))
    const level = strongest(point.gfs)
    if (level !== undefined) bars.push({ level, label: point.gfs.join(" "), from: point.date, to: point.removed ?? to })
  }
  return {
    title: `Retention, played through from ${from} to ${to}`,
    subtitle: [
      renderPolicy(policy),
      `${scheduleText(schedule)}: ${counted(points.length, "point")}, at most ${most} at once; the calendar shows what is left on ${to}`,
    ],
    today: to,
    cells,
    bars,
  }
}

function kindOf({ removed, gfs }: SimulatedPoint): CellKind {
  if (removed !== undefined) return "gone"
  return strongest(gfs) ?? "plain"
}
