import * as z from "zod"
import { type FeatureSets, unknownForWriting } from "./feature-sets.ts"
import { FormatError } from "./format-error.ts"
import type { SessionId } from "./ids.ts"
import type { CondemnedStage } from "./layout.ts"
import { featureSets, hexId, natural, parseBy } from "./schema.ts"

/** How many runs a list holds at most: its body stays far below what a small object takes. */
export const MAX_LISTED_RUNS = 100_000

/** Packs of one session, by their numbers: runs of (first, count, step). */
export interface PackRuns {
  readonly session: SessionId
  readonly runs: readonly (readonly [first: number, count: number, step: 1 | 2])[]
}

/** Packs that an epoch of reclaim takes: docs/format.md, Condemned lists. */
export interface CondemnedList {
  readonly epoch: number
  readonly stage: CondemnedStage
  /** The store's time. */
  readonly atMs: number
  /** The store's time of the oldest pack in it: a point that was stored before needs none of them. */
  readonly oldestMs: number
  readonly features?: FeatureSets
  /** `condemned`: what may go. `final`: what goes. `closed`: what could not be deleted, of this epoch and those before. */
  readonly packs: readonly PackRuns[]
}

const run = z.tuple([natural, natural.min(1), z.union([z.literal(1), z.literal(2)])])
const schema = z.object({
  epoch: natural.min(1),
  stage: z.enum(["condemned", "final", "closed"]),
  atMs: natural,
  oldestMs: natural,
  features: featureSets.optional(),
  packs: z.array(z.object({ session: hexId<"session">(), runs: z.array(run) })),
})

/** @throws FormatError `BadValue`, `TooLarge`, `NeedsNewer` */
export function parseCondemnedList(json: unknown, what: string): CondemnedList {
  const list = parseBy(schema, json, what)
  const unknown = unknownForWriting(list.features)
  if (unknown.length > 0)
    throw new FormatError("NeedsNewer", `${what} needs a newer bcopy: it uses ${unknown.join(", ")}`)
  requireFewRuns(list, what)
  for (const { runs } of list.packs)
    for (const [first, length, step] of runs)
      if (first + (length - 1) * step >= 2 ** 32)
        throw new FormatError("BadValue", `${what} names pack ${first + (length - 1) * step}`)
  return list
}

function requireFewRuns({ packs }: CondemnedList, what: string): void {
  const count = packs.reduce((sum, { runs }) => sum + runs.length, 0)
  if (count > MAX_LISTED_RUNS)
    throw new FormatError("TooLarge", `${what} has ${count} runs of packs, at most ${MAX_LISTED_RUNS}`)
}

/** Ascending numbers as runs: a session's data packs have the odd ones, its map packs the even ones. */
export function runsOf(numbers: readonly number[]): PackRuns["runs"] {
  const runs: [number, number, 1 | 2][] = []
  for (const number of numbers) {
    const last = runs.at(-1)
    if (last !== undefined) {
      const [first, count, step] = last
      const distance = number - (first + (count - 1) * step)
      if (count === 1 ? distance === 1 || distance === 2 : distance === step) {
        last[1]++
        last[2] = distance as 1 | 2
        continue
      }
    }
    runs.push([number, 1, 1])
  }
  return runs
}
