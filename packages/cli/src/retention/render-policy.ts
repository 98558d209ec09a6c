import type { KeepReason, RetentionPolicy } from "@bcopy/retention-gfs"
import { tableName } from "../table-name.ts"

/** A policy in one line. */
export function renderPolicy({ zone, days, count, weekly, monthly, yearly, retired }: RetentionPolicy): string {
  const units = { weekly: "weeks", monthly: "months", yearly: "years" } as const
  return [
    ...(days === undefined ? [] : [`${days} days`]),
    ...(count === undefined ? [] : [`newest ${count}`]),
    ...(weekly ? [`weekly ${weekly.keep} weeks (${weekly.day})`] : []),
    ...(monthly ? [`monthly ${monthly.keep} months (${monthly.week} week)`] : []),
    ...(yearly ? [`yearly ${yearly.keep} years (${yearly.month})`] : []),
    ...Object.entries(retired ?? {}).map(
      ([level, keep]) => `${level} off, its flags ${keep} ${units[level as "weekly"]}`,
    ),
    zone,
  ].join(", ")
}

/** A reason to keep, for a column of a table. */
export function renderReason(reason: KeepReason): string {
  switch (reason.rule) {
    case "newest":
      return "newest"
    case "pin":
      return `pinned${reason.reason === "" ? "" : `: ${tableName(reason.reason)}`}`
    case "weekly":
    case "monthly":
    case "yearly":
      return `${reason.rule} until ${reason.until}`
    case "days":
      return `days until ${reason.until}`
    case "floor":
      return `last ${reason.count}`
    case "count":
      return `newest ${reason.count}`
    case "session":
      return "until the next point"
    case "nothing good":
      return "nothing good"
  }
}
