import { explainLocks } from "@bcopy/copy-engine"
import { byName } from "../by-name.ts"
import { counted } from "../counted.ts"
import type { Outcome } from "../cli-command.ts"
import { openGivenRepository } from "../open-repository-at.ts"
import { renderSize } from "../render-size.ts"
import { renderTable } from "../render-table.ts"
import { isoTime, renderTime } from "../render-time.ts"
import { tableName } from "../table-name.ts"
import { priceOfRequests } from "./lock-price.ts"
import type { LocksCall } from "./locks-call.ts"
import { immutabilityDocument, renderImmutability } from "./render-immutability.ts"

const MONTH_DAYS = 30

/** `bcopy locks`: until when points and packs are locked, and what keeping it so asks for. */
export async function listLocksAction(call: LocksCall): Promise<Outcome> {
  const { job, prices } = call.options
  const repository = await openGivenRepository(call)
  const found = await explainLocks(repository, { ...(job !== undefined && { job }), signal: call.signal })
  const { immutability, months, dead, extendedPerGeneration } = found
  const points = [...found.points].sort(byName)
  const generationDays = (immutability?.generationMs ?? 0) / 86_400_000
  const perMonth = generationDays === 0 ? 0 : Math.round((extendedPerGeneration * MONTH_DAYS) / generationDays)
  const price = await priceOfRequests(perMonth, prices)
  const { bold } = call.paint
  const rows = points.map(({ job: of, workload, point, untilMs, removed }) => [
    tableName(of),
    tableName(workload),
    point.point.slice(0, 8),
    renderTime(point.createdAtMs),
    untilMs === 0 ? "not locked" : renderTime(untilMs),
    [...point.gfs, ...(point.pin === undefined ? [] : ["pinned"]), ...(removed ? ["removed"] : [])].join(" "),
  ])
  const columns = ["JOB", "WORKLOAD", "POINT", "CREATED", "LOCKED UNTIL", ""].map((heading) => ({ heading }))
  const monthRows = months.map(({ month, packs, storedBytes }) => [month, String(packs), renderSize(storedBytes)])
  const monthColumns = [
    { heading: "LOCK ENDS IN" },
    { heading: "PACKS", right: true },
    { heading: "STORED", right: true },
  ]
  const cost = price === undefined ? "" : `, ${price.amount} ${price.currency}`
  return {
    document: {
      immutability: immutabilityDocument(immutability),
      points: points.map(({ job: of, workload, point, untilMs, removed }) => ({
        job: of,
        workload,
        point: point.point,
        createdAt: isoTime(point.createdAtMs),
        flags: point.gfs,
        ...(point.pin !== undefined && { pin: point.pin }),
        removed,
        ...(untilMs > 0 && { lockedUntil: isoTime(untilMs) }),
      })),
      months,
      extendedPerGeneration,
      extensionsPerMonth: perMonth,
      ...(price && { pricePerMonth: price }),
      dead,
    },
    text: [
      renderImmutability(immutability),
      ...(rows.length > 0 ? ["", renderTable(columns, rows, bold)] : []),
      ...(monthRows.length > 0 ? ["", renderTable(monthColumns, monthRows, bold)] : []),
      "",
      `extensions: ${counted(extendedPerGeneration, "pack")} in each generation, about ${perMonth} requests a month${cost}`,
      `dead under lock: ${renderSize(dead.storedBytes)} in ${counted(dead.packs, "pack")} that no living point needs`,
    ].join("\n"),
  }
}
