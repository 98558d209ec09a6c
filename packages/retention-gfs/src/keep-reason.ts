import type { GfsLevel } from "./policy.ts"

/** Why a point stays; `until` is the date from whose first instant the rule keeps it no more. */
export type KeepReason =
  /** It is the newest good point: no policy removes that. */
  | { readonly rule: "newest" }
  | { readonly rule: "pin"; readonly reason: string }
  | { readonly rule: GfsLevel; readonly slot: string; readonly until: string }
  | { readonly rule: "days"; readonly days: number; readonly until: string }
  /** Of so many points at least, the newest without flag or pin, it is one. */
  | { readonly rule: "floor"; readonly count: number }
  | { readonly rule: "count"; readonly count: number }
  /** No rule keeps it, and only a run that has stored a point of the workload removes such. */
  | { readonly rule: "session" }
  /** There is no good point that could stay in its place. */
  | { readonly rule: "nothing good" }

/** What kept a point, and does no more. */
export type ExpiredReason =
  | { readonly rule: GfsLevel; readonly slot: string; readonly since: string }
  | { readonly rule: "days"; readonly days: number; readonly since: string }
  | { readonly rule: "count"; readonly count: number }
