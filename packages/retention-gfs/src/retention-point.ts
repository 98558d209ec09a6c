import { RetentionError } from "./retention-error.ts"

/** What a decision needs of a dated thing; plain data. Times are milliseconds since 1970. */
export interface RetentionPoint {
  /** Unique among the points of one workload. */
  readonly id: string
  /** When it was made at its first source. */
  readonly atMs: number
  /** Its place in the order of the source: the newest has the highest. Equal ones are told apart by id. */
  readonly order: number
  /** When it was stored here, by the store's clock. */
  readonly committedAtMs: number
  /** GFS slots that it fills: `W:2025-01-04`, `M:2025-01`, `Y:2025`. */
  readonly gfs: readonly string[]
  /** Held by hand, and why. */
  readonly pin?: string
  /** Its content is not as it was written. */
  readonly damaged?: boolean
  /** Whether all of it is there; it is, if absent. */
  readonly complete?: boolean
  /** Its time cannot be right: `isDateSuspect` says so when it is stored, and that is kept with it for good. */
  readonly dateSuspect?: boolean
}

/** Whether a point counts: complete, not damaged, with a time that can be right. */
export function isEligible({ complete = true, damaged = false, dateSuspect = false }: RetentionPoint): boolean {
  return complete && !damaged && !dateSuspect
}

/** The points in the order of the source, the newest last. @throws RetentionError `BadPoint` if an id stands twice */
export function inOrder<Point extends RetentionPoint>(points: readonly Point[]): readonly Point[] {
  const sorted = [...points].sort(byOrder)
  const ids = new Set<string>()
  for (const { id } of sorted) {
    if (ids.has(id)) throw new RetentionError("BadPoint", `two points have the id ${id}`)
    ids.add(id)
  }
  return sorted
}

/** Orders points as the source made them. */
export function byOrder(a: RetentionPoint, b: RetentionPoint): number {
  return a.order - b.order || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
