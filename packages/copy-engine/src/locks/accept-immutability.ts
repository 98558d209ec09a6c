import { findSetting, layout, randomId } from "@bcopy/chain-format"
import type { LockMode } from "@bcopy/repo"
import { appendSettings } from "../append-settings.ts"
import { EngineError } from "../engine-error.ts"
import { type Repository, requireWritable } from "../repository.ts"
import { requireClock } from "../require-clock.ts"
import { DEFAULT_GENERATION_DAYS, type Immutability, immutabilityIn } from "./immutability.ts"

/** The longest lock by days. */
export const MAX_LOCK_DAYS = 999

export interface AcceptImmutabilityOptions {
  /** From a point's commit on; 1 to 999. */
  readonly days?: number
  /** As long as the retention policy is sure to keep a point. */
  readonly followsRetention?: boolean
  /** Compliance by default: nobody can shorten a lock. */
  readonly lockMode?: LockMode
  readonly generationDays?: number
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

export interface AcceptedImmutability {
  readonly before: Immutability | undefined
  /** In force for what is stored from now on; `undefined` if nothing is locked any more. */
  readonly immutability: Immutability | undefined
  readonly dryRun: boolean
}

/**
 * Puts in force how long what points need is locked: for points that are stored from now on, and for those that are there once
 * `extendLocks` has run. With neither days nor retention nothing more is locked; no lock that is there becomes shorter.
 * @throws EngineError `BadArgument`; `Refused` if the store locks nothing, or clocks disagree by more than a day; `NotWritable`
 */
export async function acceptImmutability(
  repository: Repository,
  options: AcceptImmutabilityOptions,
): Promise<AcceptedImmutability & { readonly repository: Repository }> {
  const { days, followsRetention = false, dryRun = false, signal } = options
  const { lockMode = "compliance", generationDays = DEFAULT_GENERATION_DAYS } = options
  if (days !== undefined && (!Number.isInteger(days) || days < 1 || days > MAX_LOCK_DAYS))
    throw new EngineError("BadArgument", `${days} days: points are locked for 1 to ${MAX_LOCK_DAYS} days`)
  if (!Number.isInteger(generationDays) || generationDays < 1 || generationDays > 90)
    throw new EngineError("BadArgument", `a generation of ${generationDays} days: it has 1 to 90`)
  const { store, seams } = repository
  const isOn = days !== undefined || followsRetention
  if (isOn && !store.capabilities.objectLock)
    throw new EngineError("Refused", `${repository.name}: the store locks nothing`, {
      hint: "A bucket that was made with Object Lock can: `bcopy store test` shows what one can do.",
    })
  requireClock(repository, "nothing is locked")
  const before = immutabilityIn(repository)
  if (!dryRun) requireWritable(repository)
  const record = {
    type: "immutability" as const,
    ...(days !== undefined && { days }),
    ...(followsRetention && { followsRetention }),
    mode: lockMode,
    generationDays,
  }
  const settings = dryRun
    ? { ...repository.settings, entry: { ...repository.settings.entry, catalogue: [record] } }
    : await appendSettings(repository, layout.repositorySettings, repository.settings, {
        session: randomId(seams.random(16)),
        records: [record],
        unless: (entry) => JSON.stringify(findSetting(entry, "immutability")) === JSON.stringify(record),
        ...(signal && { signal }),
      })
  const after = { ...repository, settings }
  return { before, immutability: immutabilityIn(after), dryRun, repository: after }
}
