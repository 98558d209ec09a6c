import { type GfsLevel, gfsLevels, type PolicyInForce, type RetentionPolicy } from "./policy.ts"

/**
 * Puts a policy in force, in the place of the one before if there was one. A level that is switched on, or whose own day,
 * week or month changes, is in force from now; the others stay in force since when they were. A level that is switched
 * off is remembered with its number: the flags that it gave run on.
 */
export function changePolicy(before: PolicyInForce | undefined, policy: RetentionPolicy, nowMs: number): PolicyInForce {
  const { retired: _, ...plain } = policy
  const since: Partial<Record<GfsLevel, number>> = {}
  const retired: Partial<Record<GfsLevel, number>> = {}
  for (const level of gfsLevels) {
    const was = before?.[level]
    if (policy[level] !== undefined)
      since[level] = sameSlots(before, policy, level) ? (before?.since[level] ?? nowMs) : nowMs
    const keep = was?.keep ?? before?.retired?.[level] ?? policy.retired?.[level]
    if (policy[level] === undefined && keep !== undefined) retired[level] = keep
  }
  return { ...plain, since, ...(Object.keys(retired).length > 0 && { retired }) }
}

/** Whether a level has the day, week or month that it had. */
function sameSlots(before: RetentionPolicy | undefined, after: RetentionPolicy, level: GfsLevel): boolean {
  if (level === "weekly") return before?.weekly?.day === after.weekly?.day
  if (level === "monthly") return before?.monthly?.week === after.monthly?.week
  return before?.yearly?.month === after.yearly?.month
}
