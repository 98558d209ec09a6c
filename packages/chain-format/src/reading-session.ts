import * as z from "zod"
import type { PointId, SessionId, WorkloadId } from "./ids.ts"
import { hexId, natural, parseBy } from "./schema.ts"

/** Somebody reads a point for long: reclaim lets it be for a while. docs/format.md, Reading sessions */
export interface ReadingSession {
  readonly session: SessionId
  readonly number: number
  readonly workload: WorkloadId
  /** The point, and the number of its entry. */
  readonly point: PointId
  readonly entry: number
  /** The store's time. */
  readonly atMs: number
}

const schema = z.object({
  session: hexId<"session">(),
  number: natural,
  workload: hexId<"workload">(),
  point: hexId<"point">(),
  entry: natural,
  atMs: natural,
})

/** @throws FormatError `BadValue` */
export function parseReadingSession(json: unknown, what: string): ReadingSession {
  return parseBy(schema, json, what)
}
