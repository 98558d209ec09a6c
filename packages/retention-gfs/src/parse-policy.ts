import { gfsLevels, months, type RetentionPolicy, weekdays, weeksOfMonth } from "./policy.ts"
import { RetentionError } from "./retention-error.ts"
import { zoneOf } from "./zone.ts"

/** Largest numbers that a policy may say: what fits the calendar. */
const MOST = { days: 36_500, count: 100_000, weekly: 9999, monthly: 999, yearly: 999 } as const
const members: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  weekly: ["day", weekdays],
  monthly: ["week", weeksOfMonth],
  yearly: ["month", months],
}

/**
 * Reads a policy from a configuration: `{ zone, days | count, weekly?, monthly?, yearly? }`. Everything else is refused,
 * and so is a policy that keeps nothing.
 * @throws RetentionError `BadPolicy` naming the member and what it may be; `BadZone`
 */
export function parsePolicy(value: unknown): RetentionPolicy {
  const { zone, days, count, weekly, monthly, yearly, retired, ...rest } = objectOf(value, "a retention policy")
  for (const unknown of Object.keys(rest))
    throw bad(`"${unknown}"`, "is not part of it; a policy has zone, days or count, weekly, monthly, yearly")
  if (typeof zone !== "string") throw bad("zone", "must be a time zone, such as Europe/Berlin or UTC")
  zoneOf(zone)
  if (days === undefined && count === undefined)
    throw bad("short-term retention", "is missing: say how many days, or how many points (count), to keep")
  if (days !== undefined && count !== undefined) throw bad("short-term retention", "is in days or by count, not both")
  const levels = { weekly, monthly, yearly }
  return {
    zone,
    ...(days !== undefined && { days: numberOf(days, "days", 2, MOST.days) }),
    ...(count !== undefined && { count: numberOf(count, "count", 2, MOST.count) }),
    ...Object.fromEntries(
      gfsLevels.flatMap((level) => (levels[level] === undefined ? [] : [[level, levelOf(levels[level], level)]])),
    ),
    ...(retired !== undefined && { retired: retiredOf(retired) }),
  }
}

function levelOf(value: unknown, level: keyof typeof MOST) {
  const [member, names] = members[level] as NonNullable<(typeof members)[string]>
  const { keep, [member]: name, ...rest } = objectOf(value, level)
  for (const unknown of Object.keys(rest))
    throw bad(`${level}.${unknown}`, `is not part of it; it has keep and ${member}`)
  if (!names.includes(name as string))
    throw bad(
      `${level}.${member}`,
      `must be one of ${names.join(", ")}${name === undefined ? "" : `, not ${shown(name)}`}`,
    )
  return { keep: numberOf(keep, `${level}.keep`, 1, MOST[level]), [member]: name }
}

function retiredOf(value: unknown): NonNullable<RetentionPolicy["retired"]> {
  const { weekly, monthly, yearly, ...rest } = objectOf(value, "retired")
  for (const unknown of Object.keys(rest)) throw bad(`retired.${unknown}`, "is no level")
  return Object.fromEntries(
    Object.entries({ weekly, monthly, yearly }).flatMap(([level, keep]) =>
      keep === undefined ? [] : [[level, numberOf(keep, `retired.${level}`, 1, MOST[level as keyof typeof MOST])]],
    ),
  )
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw bad(what, `must be an object, not ${shown(value)}`)
  return value as Readonly<Record<string, unknown>>
}

function numberOf(value: unknown, what: string, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value
  throw bad(
    what,
    `must be a whole number from ${least} to ${most}${value === undefined ? "" : `, not ${shown(value)}`}`,
  )
}

function bad(what: string, why: string): RetentionError {
  return new RetentionError("BadPolicy", `${what} ${why}`)
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? `"${value}"` : (JSON.stringify(value) ?? typeof value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
