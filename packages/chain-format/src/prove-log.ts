import { FormatError, isDamage, isFormatError } from "./format-error.ts"
import { CATALOGUE_EVERY } from "./limits.ts"
import { entryKey, layout } from "./layout.ts"
import { type Catalogue, catalogueOf, type EntrySummary, type LogEntry, stateAfter, summarize } from "./log-entry.ts"
import { emptyLog, foldEntry, type LogState } from "./log-state.ts"
import { type LogPlace, readEntry } from "./read-log.ts"
import type { RepositoryView } from "./repository-view.ts"

/** Entries read at once. */
const AT_ONCE = 16

/** A log that was read number by number. */
export interface ProvenLog {
  /** The state after its newest entry, computed from what every entry from the floor on says; it may be a later one. */
  readonly state: LogState
  /** The state after the newest barrier; `undefined` if there is none behind the floor. */
  readonly atBarrier: LogState | undefined
}

interface ReadOne {
  readonly entry: LogEntry
  readonly digest: string
}

/**
 * Proves the state of a log from its entries: reads them one by one from the floor to `state`'s head, each by its key, holds
 * each against the digest that the next one names, and every catalogue against what the entries before it say. A catalogue
 * is a summary: this is the authority that deletes by. The end of the log is where no further number is found. Entries that were given up are taken from the summaries behind them.
 * @throws FormatError `Missing`, `Inconsistent`, … if an entry between is missing, does not open or says otherwise
 */
export async function proveLog(
  view: RepositoryView,
  place: LogPlace,
  state: LogState,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ProvenLog> {
  const { head } = state
  const read = new Map<number, ReadOne>()
  const floor = await whereToBegin()
  const numbers = Array.from({ length: head.number - floor + 1 }, (_, at) => floor + at)
  for (let at = 0; at < numbers.length; at += AT_ONCE)
    await Promise.all(
      numbers.slice(at, at + AT_ONCE).map(async (number) => {
        if (read.has(number)) return
        try {
          read.set(number, await readEntry(view, place, number, options))
        } catch (error) {
          if (!isDamage(error) || !state.lost.includes(number)) throw error
        }
      }),
    )
  // A listing may lag behind: what follows is found by asking for it.
  for (let number = head.number + 1; ; number++) {
    const next = await readNext(number)
    if (next === undefined) break
    read.set(number, next)
    numbers.push(number)
  }
  let proven = floor === 1 ? emptyLog(state.workload) : undefined
  let atBarrier: LogState | undefined
  for (const number of numbers) {
    const found = read.get(number)
    if (found === undefined) {
      const said = summaryOfLost(number)
      proven = proven && said && foldEntry(proven, said)
      continue
    }
    const { entry, digest } = found
    const stored = entry.catalogue && stateAfter(entry, digest)
    if (proven !== undefined) {
      if (number > 1 && entry.previous !== proven.head.digest)
        throw new FormatError("Inconsistent", `${keyOf(number)} does not follow the entry before it`)
      const next = foldEntry(proven, summarize(entry, digest))
      if (stored !== undefined) requireSame(number, catalogueOf(next), catalogueOf(stored))
      proven = stored ?? next
    } else if (stored !== undefined) proven = stored
    // The first one, or one behind an entry that was given up and that nobody has summarised, must stand by itself.
    else throw unproven(number)
    if (entry.body.kind === "barrier") atBarrier = proven
  }
  if (proven === undefined || read.get(head.number)?.digest !== head.digest) throw unproven(head.number)
  return { state: proven, atBarrier }

  /**
   * A catalogue at the floor stands by itself where nothing is left of what was before it. As long as the entries up to the
   * catalogue before are there, it is held against them: so nobody makes up a floor out of nothing.
   */
  async function whereToBegin(): Promise<number> {
    const before = Math.max(1, state.floor - CATALOGUE_EVERY)
    const found = new Map<number, ReadOne>()
    for (let number = state.floor - 1; number >= before; number--) {
      const one = await readNext(number).catch((error: unknown) => {
        // What is left there for a point's sake may be damaged: that is the point's trouble.
        if (!isDamage(error)) throw error
        return undefined
      })
      if (one === undefined) return state.floor
      found.set(number, one)
    }
    for (const [number, one] of found) read.set(number, one)
    return before
  }

  async function readNext(number: number): Promise<ReadOne | undefined> {
    try {
      return await readEntry(view, place, number, options)
    } catch (error) {
      if (isFormatError(error) && error.code === "Missing") return undefined
      throw error
    }
  }

  /** What the next entry that is there says that a lost one was; `undefined` if it does not. */
  function summaryOfLost(number: number): EntrySummary | undefined {
    const next = numbers.find((one) => one > number && read.has(one))
    const { since } = (next === undefined ? undefined : read.get(next)?.entry) ?? {}
    return since?.entries.find((one) => one.number === number)
  }

  function requireSame(number: number, computed: Catalogue, stored: Catalogue): void {
    if (textOf(computed) !== textOf(stored))
      throw new FormatError(
        "Inconsistent",
        `${keyOf(number)}: its catalogue does not follow from the entries before it`,
      )
  }

  function unproven(number: number): FormatError {
    return new FormatError("Inconsistent", `${keyOf(number)}: nothing proves the state of the log there`)
  }

  function keyOf(number: number): string {
    return `${view.name}: ${entryKey(layout.log(place.backup, place.workload), number, view.entryTag)}`
  }
}

/** Equal texts exactly for equal catalogues: members by name, absent ones left out. */
function textOf(catalogue: Catalogue): string {
  return JSON.stringify(catalogue, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
