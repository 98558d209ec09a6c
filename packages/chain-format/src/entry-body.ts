import * as z from "zod"
import { type Checkpoint, parseCheckpoint } from "./checkpoint.ts"
import type { PointId, RepositoryId, SessionId } from "./ids.ts"
import { type Manifest, parseManifest, pointOrigin } from "./manifest.ts"
import { parsePointTree, type PointTree } from "./point-tree.ts"
import { hexDigest, hexId, natural, parseBy } from "./schema.ts"

/** A point as the entries that speak of it name it: the number of its own entry, and its id. */
export interface PointRef {
  readonly entry: number
  readonly point: PointId
}

/** What an entry of a commit log says: docs/format.md, Log entries. */
export type EntryBody =
  | { readonly kind: "opened" }
  /** The keys were rotated: what earlier epochs seal behind this entry is forged. */
  | { readonly kind: "rotated" }
  | { readonly kind: "point"; readonly manifest: Manifest }
  | FenceBody
  | RehomedBody
  | SharedBody
  | UnknownBody

/** Points whose content lies elsewhere from now on: the same content roots, other packs. */
export interface RehomedBody {
  readonly kind: "rehomed"
  readonly points: readonly (PointRef & { readonly tree: PointTree })[]
}

/** Shuts out a dead session and says what becomes of its work: a checkpoint by value, or nothing. */
export interface FenceBody {
  readonly kind: "fence"
  readonly fenced: SessionId
  readonly outcome: "adopted" | "abandoned"
  readonly checkpoint?: Checkpoint
  /** Sessions whose packs the adoption covers, beside those that the checkpoint names. */
  readonly sessions?: readonly SessionId[]
}

/** Bodies that a summary repeats as they are. */
export type SharedBody =
  | { readonly kind: "removal"; readonly points: readonly PointRef[]; readonly undoMs: number }
  | { readonly kind: "undo"; readonly points: readonly PointRef[] }
  | { readonly kind: "pin"; readonly points: readonly PointRef[]; readonly reason: string }
  | { readonly kind: "unpin"; readonly points: readonly PointRef[] }
  | { readonly kind: "flagged"; readonly points: readonly PointRef[]; readonly gfs: readonly string[] }
  | { readonly kind: "damaged"; readonly points: readonly PointRef[]; readonly reason: string }
  /** A repair: the entry of this number (missing or unopenable) is given up. */
  | {
      readonly kind: "damaged"
      readonly points: readonly []
      readonly reason: string
      readonly lost: { readonly entry: number; readonly digest?: string }
    }
  | { readonly kind: "healed"; readonly points: readonly PointRef[] }
  /** Everything that reading the points needs is locked until then, from now on. */
  | { readonly kind: "locked"; readonly points: readonly PointRef[]; readonly untilMs: number }
  | BarrierBody

/**
 * Orders an epoch of reclaim: what is said before it, the epoch spares; what comes behind must not name anything that the
 * epoch condemns. Its entry carries a catalogue.
 */
export interface BarrierBody {
  readonly kind: "barrier"
  readonly epoch: number
  /** Removed points that never come back. */
  readonly purged: readonly PointRef[]
  /** From here on entries are kept; those before it that the catalogue does not name are void. */
  readonly floor: number
}

/** An entry of a kind that this version does not know: it is in the way of writing unless declared compatible. */
export interface UnknownBody {
  readonly kind: "unknown"
  readonly name: string
}

/** What a summary says of a point: all that planning needs without its manifest. */
export interface PointSummary {
  readonly kind: "point"
  readonly point: PointId
  readonly seq: number
  readonly platform: string
  readonly type: "full" | "increment"
  readonly createdAtMs: number
  readonly committedAtMs: number
  readonly origin: { readonly repository: RepositoryId; readonly point: PointId }
  readonly hops: number
  readonly consistency: Manifest["consistency"]
  readonly gfs: readonly string[]
  readonly dateSuspect?: boolean
  readonly lockedUntilMs?: number
  readonly blockBytes: number
  readonly sizeBytes: number
  readonly storedBytes: number
}

/** What a summary says of a fence: its checkpoint is read from the entry itself. */
export interface FenceSummary {
  readonly kind: "fence"
  readonly fenced: SessionId
  readonly outcome: "adopted" | "abandoned"
}

/** What a summary says of points that were moved: their trees are read from the entry itself. */
export interface RehomedSummary {
  readonly kind: "rehomed"
  readonly points: readonly PointRef[]
}

/** In place of an entry that is missing or does not open: nobody knows what it said. */
export interface LostBody {
  readonly kind: "lost"
}

export type SummaryBody =
  | { readonly kind: "opened" }
  | { readonly kind: "rotated" }
  | PointSummary
  | FenceSummary
  | RehomedSummary
  | SharedBody
  | LostBody
  | UnknownBody

const pointRef = z.object({ entry: natural, point: hexId<"point">() })
const points = z.array(pointRef)
const sharedSchemas = {
  removal: z.object({ kind: z.literal("removal"), points, undoMs: natural }),
  undo: z.object({ kind: z.literal("undo"), points }),
  pin: z.object({ kind: z.literal("pin"), points, reason: z.string() }),
  unpin: z.object({ kind: z.literal("unpin"), points }),
  flagged: z.object({ kind: z.literal("flagged"), points, gfs: z.array(z.string()) }),
  damaged: z.object({
    kind: z.literal("damaged"),
    points,
    reason: z.string(),
    lost: z.object({ entry: natural, digest: hexDigest.optional() }).optional(),
  }),
  healed: z.object({ kind: z.literal("healed"), points }),
  locked: z.object({ kind: z.literal("locked"), points, untilMs: natural }),
  barrier: z.object({ kind: z.literal("barrier"), epoch: natural.min(1), purged: points, floor: natural.min(1) }),
} as const
const fence = { kind: z.literal("fence"), fenced: hexId<"session">(), outcome: z.enum(["adopted", "abandoned"]) }
const fenceSchema = z.object({
  ...fence,
  checkpoint: z.unknown().optional(),
  sessions: z.array(hexId<"session">()).optional(),
})
const rehomedSchema = z.object({
  kind: z.literal("rehomed"),
  points: z.array(pointRef.extend({ tree: z.unknown() })),
})
export const pointSummarySchema = z.object({
  kind: z.literal("point"),
  point: hexId<"point">(),
  seq: natural,
  platform: z.string(),
  type: z.enum(["full", "increment"]),
  createdAtMs: natural,
  committedAtMs: natural,
  origin: pointOrigin,
  hops: natural,
  consistency: z.enum(["application", "crash", "fuzzy"]),
  gfs: z.array(z.string()),
  dateSuspect: z.boolean().optional(),
  lockedUntilMs: natural.optional(),
  blockBytes: natural,
  sizeBytes: natural,
  storedBytes: natural,
})
const kindOf = z.looseObject({ kind: z.string().max(64) })

/** @throws FormatError */
export function parseEntryBody(json: unknown, what: string): EntryBody {
  const { kind } = parseBy(kindOf, json, what)
  if (kind === "point")
    return { kind, manifest: parseManifest((json as { manifest?: unknown }).manifest, `${what} manifest`) }
  if (kind === "fence") {
    const { checkpoint, ...body } = parseBy(fenceSchema, json, what)
    if (checkpoint === undefined) return body
    return { ...body, checkpoint: parseCheckpoint(checkpoint, `${what} checkpoint`) }
  }
  if (kind === "rehomed") {
    const { points: moved } = parseBy(rehomedSchema, json, what)
    return { kind, points: moved.map((one) => ({ ...one, tree: parsePointTree(one.tree, `${what} tree`) })) }
  }
  return parseSharedBody(kind, json, what)
}

/** @throws FormatError */
export function parseSummaryBody(json: unknown, what: string): SummaryBody {
  const { kind } = parseBy(kindOf, json, what)
  if (kind === "point") return parseBy(pointSummarySchema, json, what)
  if (kind === "fence") return parseBy(z.object(fence), json, what)
  if (kind === "rehomed") return parseBy(z.object({ kind: z.literal("rehomed"), points }), json, what)
  if (kind === "lost") return { kind }
  return parseSharedBody(kind, json, what)
}

function parseSharedBody(
  kind: string,
  json: unknown,
  what: string,
): SharedBody | { kind: "opened" | "rotated" } | UnknownBody {
  if (kind === "opened" || kind === "rotated") return { kind }
  if (kind === "unknown") return { kind, name: parseBy(z.object({ name: z.string() }), json, what).name }
  if (Object.hasOwn(sharedSchemas, kind))
    return parseBy(sharedSchemas[kind as keyof typeof sharedSchemas] as z.ZodType, json, what) as SharedBody
  return { kind: "unknown", name: kind }
}

/** What the summary of an entry with this body says. */
export function summarizeBody(body: EntryBody): SummaryBody {
  if (body.kind === "fence") return { kind: "fence", fenced: body.fenced, outcome: body.outcome }
  if (body.kind === "rehomed")
    return { kind: "rehomed", points: body.points.map(({ entry, point }) => ({ entry, point })) }
  if (body.kind !== "point") return body
  const { manifest } = body
  const { point, seq, platform, createdAtMs, committedAtMs, origin, hops, consistency, gfs, blockBytes, storedBytes } =
    manifest
  return {
    kind: "point",
    point,
    seq,
    platform,
    type: manifest.kind,
    createdAtMs,
    committedAtMs,
    origin,
    hops,
    consistency,
    gfs,
    ...(manifest.dateSuspect === true && { dateSuspect: true }),
    ...(manifest.lockedUntilMs !== undefined && { lockedUntilMs: manifest.lockedUntilMs }),
    blockBytes,
    sizeBytes: manifest.disks.reduce((sum, disk) => sum + disk.sizeBytes, 0),
    storedBytes,
  }
}
