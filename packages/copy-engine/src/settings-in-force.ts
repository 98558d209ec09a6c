import {
  findSetting,
  isDamage,
  isFormatError,
  layout,
  readSettings,
  type RepositoryView,
  type RootMark,
  type SealSuite,
} from "@bcopy/chain-format"
import { asEngineError } from "./as-engine-error.ts"
import { EngineError } from "./engine-error.ts"
import type { Repository } from "./repository.ts"

/** A settings entry, and the digest of its stored bytes. */
export type StoredSettings = NonNullable<Awaited<ReturnType<typeof readSettings>>>

/**
 * The repository's settings that are in force: the newest of those under the newest epoch at hand that there are some of,
 * since entries of earlier epochs behind them are forged. Under the very newest there are none while its rotation is not
 * carried through. Keys from before a rotation read the entry that tells of it.
 * @throws EngineError `WrongKey` if newer keys have sealed them, `Damaged`
 */
export async function readSettingsInForce(
  view: RepositoryView,
  options: {
    readonly head?: number
    readonly generation?: number
    /** What opens nothing below an epoch, for each at hand, the newest first; that of the view if absent. */
    readonly stricts?: readonly SealSuite[]
    readonly signal?: AbortSignal
  },
): Promise<StoredSettings | undefined> {
  const { generation = 0, stricts = view.strictSuite === undefined ? [] : [view.strictSuite], ...reading } = options
  const read = (from: RepositoryView) => readSettings(from, layout.repositorySettings, reading)
  const { strictSuite: _, ...lenient } = view
  try {
    for (const strictSuite of stricts) {
      const found = await read({ ...view, strictSuite }).catch((error: unknown) => {
        if (!isDamage(error)) throw error
        return undefined
      })
      if (found !== undefined) return found
    }
    return await read(lenient)
  } catch (error) {
    if (!isFormatError(error) || error.code !== "NeedsKey") return explain(error)
    const before = await read({ ...lenient, isOutdated: true }).catch(() => undefined)
    // Settings that only look newer would else bring back those from before.
    if (before !== undefined && (findSetting(before.entry, "root")?.generation ?? 0) > generation) return before
    throw new EngineError("WrongKey", `the keys of ${view.name} were rotated, and the given one is from before`, {
      hint: "Use a key that the rotation kept.",
      cause: error,
    })
  }

  function explain(error: unknown): never {
    throw asEngineError(error, `settings of ${view.name}`)
  }
}

/**
 * Looks whether the keys are still those that the repository was opened with: a writer who begins a log in the middle of a
 * rotation must not go on with keys that it has ended. @throws EngineError `NotWritable`, `WrongKey`
 */
export async function requireSameRoot(
  { name, keys, view, settings }: Repository,
  options: { readonly signal?: AbortSignal },
): Promise<void> {
  if (keys === undefined) return
  const now = await readSettingsInForce(view, options)
  const [before, after] = [settings, now].map((one) => one && findSetting(one.entry, "root")?.fingerprint)
  if (before === after) return
  throw new EngineError("NotWritable", `the keys of ${name} were rotated while it was being written to`, {
    hint: "Run it again: nothing is lost.",
  })
}

/** Tells forgeries from what newer keys have sealed, by whether there are newer keys. See `RepositoryView.isForged`. */
export function forgeryCheck(view: RepositoryView, inForce: RootMark): NonNullable<RepositoryView["isForged"]> {
  return async (error, options = {}) => {
    if (!isFormatError(error) || error.code !== "NeedsKey") return false
    try {
      const now = await readSettings(view, layout.repositorySettings, options)
      return now !== undefined && findSetting(now.entry, "root")?.fingerprint === inForce.fingerprint
    } catch {
      return false
    }
  }
}
