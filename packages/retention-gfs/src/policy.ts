/** Days of the week as policies name them, in the order of {@link weekdayOf}: Sunday is 0. */
export const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const
export type Weekday = (typeof weekdays)[number]

/** Weeks of a month: days 1 to 7, 8 to 14, 15 to 21, 22 to 28, and the month's last seven. */
export const weeksOfMonth = ["first", "second", "third", "fourth", "last"] as const
export type WeekOfMonth = (typeof weeksOfMonth)[number]

/** Months as policies name them; January is the first. */
export const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
] as const
export type Month = (typeof months)[number]

/** The levels of GFS, the finest first. */
export const gfsLevels = ["weekly", "monthly", "yearly"] as const
export type GfsLevel = (typeof gfsLevels)[number]

/** Which points to keep, and how long: plain data, as a configuration says it. */
export interface RetentionPolicy {
  /** Time zone of all its dates: an IANA name, or `UTC`. */
  readonly zone: string
  /** Short-term retention: points of the last so many days and of today, and never fewer than three points. At least 2. */
  readonly days?: number
  /** Short-term retention by count instead: the newest so many points. At least 2. */
  readonly count?: number
  /** A point of each week is kept for `keep` weeks. */
  readonly weekly?: { readonly keep: number; readonly day: Weekday }
  /** A point of each month is kept for `keep` months. */
  readonly monthly?: { readonly keep: number; readonly week: WeekOfMonth }
  /** A point of each year is kept for `keep` years. */
  readonly yearly?: { readonly keep: number; readonly month: Month }
  /** Levels that are switched off, and for how long the flags that they gave are still kept. */
  readonly retired?: Readonly<Partial<Record<GfsLevel, number>>>
}

/** A policy, and since when: `changePolicy` makes it. */
export interface PolicyInForce extends RetentionPolicy {
  /** Since when each level is on with its day, week or month as they are; milliseconds since 1970. */
  readonly since: Readonly<Partial<Record<GfsLevel, number>>>
}

/** For how many weeks, months or years a level's flags are kept; 0 if it never was on. */
export function keepOf(policy: RetentionPolicy, level: GfsLevel): number {
  return policy[level]?.keep ?? policy.retired?.[level] ?? 0
}
