import type { PolicyInForce, RetentionPolicy } from "./policy.ts"
import { changePolicy } from "./change-policy.ts"
import { type ExpiredPoint, type KeptPoint, planRetention } from "./plan-retention.ts"
import type { RetentionPoint } from "./retention-point.ts"

/** What a policy in the place of another changes for points that are there. */
export interface PolicyDiff {
  /** Points that stay under the one before and would go. */
  readonly lost: readonly ExpiredPoint[]
  /** Points that would go under the one before and stay. */
  readonly won: readonly KeptPoint[]
  /** How many stay under both. */
  readonly kept: number
}

/**
 * Compares two policies over the same points at one moment, with the flags that they have. Levels that the new policy
 * lacks are switched off, as `changePolicy` does: their flags run on.
 * @throws RetentionError `BadPoint`, `BadZone`
 */
export function diffPolicies(
  points: readonly RetentionPoint[],
  before: RetentionPolicy,
  after: RetentionPolicy,
  nowMs: number,
): PolicyDiff {
  const inForce: PolicyInForce = { ...before, since: {} }
  const [was, is] = [before, changePolicy(inForce, after, nowMs)].map((policy) => planRetention(points, policy, nowMs))
  const stayed = new Set(was?.keep.map(({ id }) => id))
  return {
    lost: is?.remove.filter(({ id }) => stayed.has(id)) ?? [],
    won: is?.keep.filter(({ id }) => !stayed.has(id)) ?? [],
    kept: is?.keep.filter(({ id }) => stayed.has(id)).length ?? 0,
  }
}
