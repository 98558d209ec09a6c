import * as z from "zod"
import {
  type EntryBody,
  parseEntryBody,
  parseSummaryBody,
  type PointSummary,
  pointSummarySchema,
  summarizeBody,
  type SummaryBody,
} from "./entry-body.ts"
import { type FeatureSets, requireReadable } from "./feature-sets.ts"
import { FormatError } from "./format-error.ts"
import type { SessionId, WorkloadId } from "./ids.ts"
import { CATALOGUE_EVERY, MAX_SIBLING_HEADS, NEVER_VOID } from "./limits.ts"
import { emptyLog, foldEntry, type LogState, unknownIn } from "./log-state.ts"
import { featureSets, hexDigest, hexId, name, natural, parseBy } from "./schema.ts"

/** A living point of a log. `digest` is "" only inside the catalogue of the point's own entry. */
export interface LivePoint extends Omit<PointSummary, "kind"> {
  /** Number of its entry. */
  readonly entry: number
  /** SHA-256 of the entry's stored bytes, lower-case hex. */
  readonly digest: string
  readonly session: SessionId
  /** The newest entry that says where its content lies now, where that is not its own; `digest` as above. */
  readonly home?: { readonly entry: number; readonly digest: string }
  /** Why it is held by hand. */
  readonly pin?: string
  readonly damaged?: boolean
}

/** A removed point that may come back until the removal's undo time is over and it was purged. */
export interface RemovedPoint {
  readonly point: LivePoint
  /** Number of the removal entry: the undo time counts from when the store took it. */
  readonly removal: number
  readonly undoMs: number
}

/** A session that a fence named, and that fence's number. */
export interface SessionMark {
  readonly session: SessionId
  readonly entry: number
}

/** An entry without what only its own reader needs. */
export interface EntrySummary {
  readonly number: number
  readonly digest: string
  readonly session: SessionId
  readonly features?: FeatureSets
  readonly body: SummaryBody
}

/** The state after an entry, carried by it: docs/format.md, Catalogues. */
export type Catalogue = Pick<
  LogState,
  "floor" | "points" | "removed" | "fenced" | "adoption" | "barrier" | "broken" | "lost" | "unknown"
>

/** The newest entry of another workload's log. */
export interface SiblingHead {
  readonly workload: WorkloadId
  readonly number: number
  readonly digest: string
}

/** An entry of a workload's commit log. */
export interface LogEntry {
  readonly number: number
  /** SHA-256 of the stored bytes of the entry before, lower-case hex; absent in the first. */
  readonly previous?: string
  readonly session: SessionId
  readonly atMs: number
  readonly workload: { readonly id: WorkloadId; readonly name: string }
  readonly features?: FeatureSets
  /** Newest entries of other logs of the backup, as the writer knew them: a log that ends before is truncated. */
  readonly heads?: readonly SiblingHead[]
  readonly body: EntryBody
  /** In every 64th entry, and wherever the one before is 64 entries away: the state after it. */
  readonly catalogue?: Catalogue
  /** In every other: the newest catalogue, and what has been said since, this entry excepted. */
  readonly since?: { readonly number: number; readonly digest?: string; readonly entries: readonly EntrySummary[] }
}

/** Makes the next entry of a log. It is to be written under number `state.head.number + 1`. */
export function nextEntry(
  state: LogState,
  made: {
    readonly session: SessionId
    readonly atMs: number
    readonly body: EntryBody
    readonly features?: FeatureSets
    readonly heads?: readonly SiblingHead[]
  },
): LogEntry {
  const number = state.head.number + 1
  const entry = {
    number,
    ...(number > 1 && { previous: state.head.digest }),
    ...made,
    workload: state.workload,
  }
  const { number: at, digest } = state.catalogue
  // Behind a catalogue that was lost the next entry carries one, whatever its number.
  const isDue = number % CATALOGUE_EVERY === 0 || number - at >= CATALOGUE_EVERY || made.body.kind === "barrier"
  if (!isDue) {
    return { ...entry, since: { number: at, ...(digest !== undefined && { digest }), entries: state.since } }
  }
  return { ...entry, catalogue: catalogueOf(foldEntry(state, summarize(entry, ""))) }
}

/** What a catalogue says of a state. */
export function catalogueOf(state: LogState): Catalogue {
  const { floor, points, removed, fenced, adoption, barrier, broken, lost, unknown } = state
  return { floor, points, removed, fenced, adoption, barrier, broken, lost, unknown }
}

/** The summary of an entry whose stored bytes have this SHA-256 (lower-case hex). */
export function summarize(
  entry: Pick<LogEntry, "number" | "session" | "features" | "body">,
  digest: string,
): EntrySummary {
  const { number, session, features, body } = entry
  return { number, digest, session, ...(features !== undefined && { features }), body: summarizeBody(body) }
}

/**
 * The state after `entry`, whose stored bytes have this digest. `base` is the state after the catalogue that
 * `entry.since` names; needed unless that number is 0.
 * @throws FormatError `Inconsistent` if the parts do not fit together
 */
export function stateAfter(entry: LogEntry, digest: string, base?: LogState): LogState {
  if (entry.catalogue !== undefined) return fromCatalogue(entry, digest)
  const since = entry.since ?? { number: 0, entries: [] }
  let state = since.number === 0 ? emptyLog(entry.workload) : base
  if (state?.head.number !== since.number || (since.number > 0 && state.head.digest !== since.digest))
    throw new FormatError(
      "Inconsistent",
      `entry ${entry.number} builds on catalogue ${since.number} of ${since.digest}, got ${state?.head.number} of ${state?.head.digest}`,
    )
  for (const [index, summary] of since.entries.entries()) {
    if (summary.number !== since.number + index + 1)
      throw new FormatError(
        "Inconsistent",
        `entry ${entry.number} summarises entry ${summary.number} where ${since.number + index + 1} should be`,
      )
    state = foldEntry(state, summary)
  }
  if (state.head.number !== entry.number - 1 || (entry.number > 1 && entry.previous !== state.head.digest))
    throw new FormatError(
      "Inconsistent",
      `entry ${entry.number} follows ${entry.previous}, its summaries end with entry ${state.head.number} of ${state.head.digest}`,
    )
  return foldEntry(state, summarize(entry, digest))
}

function fromCatalogue(entry: LogEntry, digest: string): LogState {
  if (entry.catalogue === undefined) throw new FormatError("Inconsistent", `entry ${entry.number} carries no catalogue`)
  const { catalogue, number } = entry
  return {
    ...emptyLog(entry.workload),
    ...catalogue,
    points: catalogue.points.map((point) => withOwnDigest(point, number, digest)),
    removed: catalogue.removed.map((one) => ({ ...one, point: withOwnDigest(one.point, number, digest) })),
    // Whoever wrote the catalogue may have known what the entry itself uses.
    unknown: [...new Set([...catalogue.unknown, ...unknownIn(summarize(entry, digest))])],
    head: { number, digest },
    catalogue: { number, digest },
    since: [],
  }
}

/** An entry cannot hold its own digest: who has read it knows. */
function withOwnDigest(point: LivePoint, number: number, digest: string): LivePoint {
  const { home } = point
  return {
    ...point,
    ...(point.entry === number && { digest }),
    ...(home?.entry === number && { home: { entry: number, digest } }),
  }
}

const livePoint = pointSummarySchema.omit({ kind: true }).extend({
  entry: natural,
  digest: z.union([hexDigest, z.literal("")]),
  session: hexId<"session">(),
  home: z.object({ entry: natural, digest: z.union([hexDigest, z.literal("")]) }).optional(),
  pin: z.string().optional(),
  damaged: z.boolean().optional(),
})
const catalogueSchema = z.object({
  floor: natural,
  points: z.array(livePoint),
  removed: z.array(z.object({ point: livePoint, removal: natural, undoMs: natural })),
  fenced: z.array(z.object({ session: hexId<"session">(), entry: natural })),
  adoption: z.object({ entry: natural, session: hexId<"session">() }).optional(),
  barrier: z.object({ entry: natural, epoch: natural, voidBelow: natural }).optional(),
  broken: z.array(natural),
  lost: z.array(natural),
  unknown: z.array(z.string()),
})
const summarySchema = z.object({
  number: natural.min(1),
  digest: hexDigest,
  session: hexId<"session">(),
  features: featureSets.optional(),
  body: z.unknown(),
})
const schema = z.object({
  number: natural.min(1),
  previous: hexDigest.optional(),
  session: hexId<"session">(),
  atMs: natural,
  workload: z.object({ id: hexId<"workload">(), name }),
  heads: z
    .array(z.object({ workload: hexId<"workload">(), number: natural.min(1), digest: hexDigest }))
    .max(MAX_SIBLING_HEADS)
    .optional(),
  features: featureSets.optional(),
  body: z.unknown(),
  catalogue: catalogueSchema.optional(),
  since: z
    .object({ number: natural, digest: hexDigest.optional(), entries: z.array(summarySchema).max(CATALOGUE_EVERY - 1) })
    .optional(),
})

/** @throws FormatError `BadValue`, `TooLarge`, `Inconsistent`, `NeedsNewer` */
export function parseLogEntry(json: unknown, what: string): LogEntry {
  const entry = parseBy(schema, json, what)
  requireReadable(entry.features, what)
  for (const summary of entry.since?.entries ?? [])
    requireReadable(summary.features, `${what}: entry ${summary.number}`)
  if ((entry.catalogue === undefined) === (entry.since === undefined))
    throw new FormatError("Inconsistent", `${what} must have either a catalogue or what has been said since one`)
  if (entry.catalogue === undefined && entry.number % CATALOGUE_EVERY === 0)
    throw new FormatError("Inconsistent", `${what} is one of every ${CATALOGUE_EVERY} entries and carries no catalogue`)
  const { catalogue } = entry
  const highest = Math.max(1, entry.number - NEVER_VOID)
  if (catalogue !== undefined && (catalogue.floor > highest || (catalogue.barrier?.voidBelow ?? 1) > catalogue.floor))
    throw new FormatError("Inconsistent", `${what} has its floor at ${catalogue.floor}, at most ${highest} is one`)
  const body = parseEntryBody(entry.body, what)
  if (body.kind === "barrier" && entry.catalogue === undefined)
    throw new FormatError("Inconsistent", `${what} is a barrier and carries no catalogue`)
  if (entry.since !== undefined && entry.since.number + entry.since.entries.length + 1 !== entry.number)
    throw new FormatError(
      "Inconsistent",
      `${what} summarises ${entry.since.entries.length} entries behind catalogue ${entry.since.number}, ${entry.number - entry.since.number - 1} are between`,
    )
  for (const { entry: of, digest, home } of entry.catalogue?.points ?? [])
    for (const named of [{ entry: of, digest }, home ?? { entry: of, digest }])
      if ((named.digest === "") !== (named.entry === entry.number))
        throw new FormatError("Inconsistent", `${what} gives entry ${named.entry} the digest "${named.digest}"`)
  const since = entry.since && {
    ...entry.since,
    entries: entry.since.entries.map((summary) => ({
      ...summary,
      body: parseSummaryBody(summary.body, `${what}: entry ${summary.number}`),
    })),
  }
  return { ...entry, body, since } as LogEntry
}
