/** Decides which restore points to keep, and says why. */

// Policies
export {
  type GfsLevel,
  gfsLevels,
  type Month,
  type PolicyInForce,
  type RetentionPolicy,
  type Weekday,
  type WeekOfMonth,
} from "./policy.ts"
export { parsePolicy } from "./parse-policy.ts"
export { changePolicy } from "./change-policy.ts"

// Points, and the flags they take when they are stored
export { isEligible, type RetentionPoint } from "./retention-point.ts"
export { isDateSuspect } from "./date-suspect.ts"
export { assignFlags, type AssignFlagsOptions, type FlagGrant } from "./assign-flags.ts"

// What stays, what goes, and why
export {
  type ExpiredPoint,
  type KeptPoint,
  planRetention,
  type PlanRetentionOptions,
  type RetentionPlan,
} from "./plan-retention.ts"
export { planPrune } from "./plan-prune.ts"
export { type ExpiredReason, type KeepReason } from "./keep-reason.ts"
export { explain, type Explanation } from "./explain.ts"
export { horizonOf } from "./horizon.ts"
export { diffPolicies, type PolicyDiff } from "./diff-policies.ts"

// Looking ahead
export { type DatedSlot, missedSlots, nextSlots } from "./next-slots.ts"
export { simulate, type SimulatedPoint, type SimulateOptions, type Simulation } from "./simulate.ts"
export type { SimulatedSchedule } from "./run-times.ts"

// Dates
export { dateOf, startOfDate } from "./zone.ts"

// Errors
export { isRetentionError, RetentionError, type RetentionErrorCode } from "./retention-error.ts"
