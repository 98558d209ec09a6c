import * as z from "zod"
import type { PointId, RepositoryId, SessionId } from "./ids.ts"
import { checkPointTree, type DiskTree, diskTreeShape, type PointTree, pointTreeShape } from "./point-tree.ts"
import { hexDigest, hexId, name, natural, parseBy } from "./schema.ts"

/** What makes a restore point: the body of the `point` entry. docs/format.md, Manifest */
export interface Manifest extends PointTree {
  /** Random, new in each repository. */
  readonly point: PointId
  /** The session that brought the point. */
  readonly session: SessionId
  /** The point's order: the sequence of its first source. */
  readonly seq: number
  readonly platform: string
  readonly kind: "full" | "increment"
  /** The newest live point in order when this one was committed; absent exactly in a full. */
  readonly parent?: { readonly entry: number; readonly point: PointId }
  /** The point's time at its first source. */
  readonly createdAtMs: number
  /** The store's time shortly before the entry was written. */
  readonly committedAtMs: number
  /** First repository and point; travels unchanged through copies of copies. */
  readonly origin: { readonly repository: RepositoryId; readonly point: PointId }
  readonly copiedFrom?: { readonly repository: RepositoryId; readonly point: PointId }
  /** Copies between the first source and this point: 0 in a primary backup. */
  readonly hops: number
  readonly consistency: "application" | "crash" | "fuzzy"
  /** GFS slots that the point fills from its commit on. */
  readonly gfs: readonly string[]
  /** Its time could not be right when it was committed: it fills no slot and is not counted. */
  readonly dateSuspect?: boolean
  readonly disks: readonly DiskManifest[]
  /** Object Lock: until when everything that reading the point needs is locked, milliseconds since 1970. */
  readonly lockedUntilMs?: number
  /** Bytes of packs that the point's session wrote. */
  readonly storedBytes: number
  /** Metadata of the platform that travels with the point. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** A disk of a point. */
export interface DiskManifest extends DiskTree {
  /** Lower-case hex: docs/format.md, Content root. */
  readonly contentRoot: string
}

export const pointOrigin = z.object({ repository: hexId<"repository">(), point: hexId<"point">() })

const schema = z.object({
  ...pointTreeShape,
  point: hexId<"point">(),
  session: hexId<"session">(),
  seq: natural,
  platform: name,
  kind: z.enum(["full", "increment"]),
  parent: z.object({ entry: natural, point: hexId<"point">() }).optional(),
  createdAtMs: natural,
  committedAtMs: natural,
  origin: pointOrigin,
  copiedFrom: pointOrigin.optional(),
  hops: natural,
  consistency: z.enum(["application", "crash", "fuzzy"]),
  gfs: z.array(z.string()),
  dateSuspect: z.boolean().optional(),
  disks: z.array(z.object({ ...diskTreeShape, contentRoot: hexDigest })),
  lockedUntilMs: natural.optional(),
  storedBytes: natural,
  metadata: z.record(z.string(), z.unknown()).optional(),
})

/** @throws FormatError `BadValue`, `TooLarge`, `Inconsistent` */
export function parseManifest(json: unknown, what: string): Manifest {
  const manifest = parseBy(schema, json, what) as Manifest
  checkPointTree(manifest, what)
  return manifest
}
