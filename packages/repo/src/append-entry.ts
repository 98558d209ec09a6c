import type { ObjectKey } from "./object-key.ts"
import type { LockMode } from "./repo-store.ts"
import { StoreError } from "./store-error.ts"
import type { WriteOnceStore } from "./write-once.ts"

/** An entry decided against all entries before it: which number it wants, and its bytes. */
export interface DecidedEntry {
  readonly number: number
  readonly bytes: Uint8Array
  /** Object Lock: keep the entry at least until then, milliseconds since 1970. */
  readonly retainUntilMs?: number
  readonly lockMode?: LockMode
  /** The store's time at which the log was read for this decision; used with `staleAfterMs`. */
  readonly decidedAtMs?: number
}

export interface AppendOptions {
  /** The key of the entry with a number. */
  readonly keyOf: (number: number) => ObjectKey
  /** What to append, decided against the whole log below its number. */
  readonly first: DecidedEntry
  /**
   * The number is taken by these bytes. Decides again, with the same invariants, against the whole log up to and with
   * them, at a greater number; or gives `undefined` to stop: the entry is fenced off, or says what we wanted to say.
   */
  readonly collided: (number: number, bytes: Uint8Array) => Promise<DecidedEntry | undefined>
  /**
   * How long a decision holds, by the store's time. A writer that slept between its decision and the answer may have
   * created a number that was used and deleted meanwhile: what is older is asked about with `recheck`.
   */
  readonly staleAfterMs?: number
  /** Whether the number that was just created counts: no catalogue has left it behind. Needed with `staleAfterMs`. */
  readonly recheck?: (number: number) => Promise<boolean>
  readonly signal?: AbortSignal
}

/** An entry that is in the log for good. */
export interface AppendedEntry {
  readonly number: number
  readonly bytes: Uint8Array
  /** The store's time of the answer, milliseconds since 1970. */
  readonly dateMs: number
  /** When the entry was made, by the store's clock, if it said so. */
  readonly modifiedAtMs?: number
}

/**
 * Appends an entry to a numbered log under the law *every append is decided against the whole log before it*: creates
 * the number; where it is taken, hands what is there to `collided` and goes on with what that decides. Gives the entry
 * that was appended, or `undefined` if `collided` stopped or `recheck` found the number void.
 *
 * It ends: each collision moves the number up, and other writers were appending meanwhile. Entries are opaque here.
 * @throws StoreError `Unavailable` if it is not known whether the last entry tried was appended; `BadRange` if
 * `collided` does not move up, or `staleAfterMs` comes without `recheck`
 */
export async function appendEntry(store: WriteOnceStore, options: AppendOptions): Promise<AppendedEntry | undefined> {
  const { keyOf, first, collided, staleAfterMs, recheck, signal } = options
  if ((staleAfterMs === undefined) !== (recheck === undefined))
    throw new StoreError("BadRange", `${store.name}: staleAfterMs and recheck go together`)
  let decidedAtMs = first.decidedAtMs ?? (recheck && (await store.date({ signal }))) ?? 0
  for (let entry = first; ;) {
    const { number, bytes, retainUntilMs, lockMode } = entry
    const lock = { ...(retainUntilMs !== undefined && { retainUntilMs }), ...(lockMode && { lockMode }) }
    const result = await store.create(keyOf(number), bytes, { ...lock, signal })
    if (result.outcome === "won") {
      const { dateMs, modifiedAtMs } = result
      const stale = recheck !== undefined && dateMs - decidedAtMs > (staleAfterMs ?? 0)
      if (stale && !(await recheck(number))) return undefined
      return { number, bytes, dateMs, ...(modifiedAtMs !== undefined && { modifiedAtMs }) }
    }
    const next = await collided(number, result.bytes)
    if (next === undefined) return undefined
    if (next.number <= number)
      throw new StoreError("BadRange", `${store.name}: append decided for ${next.number} after ${number} was taken`)
    // What was met may be old, with numbers behind it that were used and deleted: the log was last read when it was.
    decidedAtMs = Math.min(decidedAtMs, next.decidedAtMs ?? decidedAtMs)
    entry = next
  }
}
