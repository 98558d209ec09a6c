import * as z from "zod"
import { type Checkpoint, parseCheckpoint } from "./checkpoint.ts"
import { type FeatureSets, requireReadable } from "./feature-sets.ts"
import type { SessionId } from "./ids.ts"
import { featureSets, hexId, natural, parseBy } from "./schema.ts"

/** Who writes: docs/format.md, Session objects. Same host = same machine, boot and PID namespace. */
export interface SessionWriter {
  readonly machine: string
  readonly boot: string
  readonly pidNamespace: string
  readonly pid: number
  /** Tells a process from a later one of the same number. */
  readonly processStart: string
}

/** One beat of a session; the newest one counts. */
export interface SessionBeat {
  readonly session: SessionId
  readonly number: number
  readonly writer: SessionWriter
  readonly startedAtMs: number
  readonly atMs: number
  /** Head of the workload's log when the session began. */
  readonly tail: number
  readonly checkpoint?: Checkpoint
  /** Whether what the session has made itself is of use to nobody once it is dead: it is abandoned then, not adopted. */
  readonly abandon?: boolean
  /** Set in the last beat: how the session ended. */
  readonly ended?: "committed" | "failed" | "interrupted" | "paused"
  readonly features?: FeatureSets
}

const schema = z.object({
  session: hexId<"session">(),
  number: natural,
  writer: z.object({
    machine: z.string(),
    boot: z.string(),
    pidNamespace: z.string(),
    pid: natural,
    processStart: z.string(),
  }),
  startedAtMs: natural,
  atMs: natural,
  tail: natural,
  checkpoint: z.unknown().optional(),
  abandon: z.boolean().optional(),
  ended: z.enum(["committed", "failed", "interrupted", "paused"]).optional(),
  features: featureSets.optional(),
})

/** @throws FormatError `BadValue`, `TooLarge`, `Inconsistent`, `NeedsNewer` */
export function parseSessionBeat(json: unknown, what: string): SessionBeat {
  const beat = parseBy(schema, json, what)
  requireReadable(beat.features, what)
  const checkpoint = beat.checkpoint === undefined ? undefined : parseCheckpoint(beat.checkpoint, `${what} checkpoint`)
  return { ...beat, checkpoint }
}
