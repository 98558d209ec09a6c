import { setTimeout as sleep } from "node:timers/promises"
import { type EngineClock, systemClock } from "@bcopy/copy-engine"
import type { RepoStore } from "@bcopy/repo"

const DAY_MS = 24 * 60 * 60_000
/** The shortest lock: a server takes none that is over when it comes. */
const LEAST_LOCK_MS = 1000

/** Why cases with short days are for servers on this machine only. */
export const BY_THIS_CLOCK = "its days are short by this machine's clock, and a server elsewhere goes by its own"

/** Days that pass in no time, so that locks for days are over in seconds, on a server that knows nothing of it. */
export interface ShortDays {
  /** What engines take for time: as fast as ever while they work. */
  readonly clock: EngineClock
  /** The store as engines see it: what it says of times is of these days, and a day of lock is a short one. */
  around(store: RepoStore): RepoStore
  /** Lets so many days pass. When it resolves, no lock is in force on the server that is over by the engines' time. */
  pass(days: number): Promise<void>
}

interface Lock {
  /** By the engines' time. */
  readonly untilMs: number
  /** By the server's. */
  readonly onServerMs: number
}

/** Days of lock of so many milliseconds each. */
export function shortDays(dayMs: number): ShortDays {
  // From when on the engines' time is how far ahead of the server's; the newest last.
  const jumps = [{ fromMs: 0, aheadMs: 0 }]
  const shown = (realMs: number) => realMs + (jumps.findLast(({ fromMs }) => fromMs <= realMs)?.aheadMs ?? 0)
  const now = () => shown(Date.now())
  // By key and version.
  const locks = new Map<string, Lock>()
  const shorten = (untilMs: number, before?: Lock): Lock => {
    const lastsMs = Math.max(LEAST_LOCK_MS, ((untilMs - now()) * dayMs) / DAY_MS)
    return { untilMs, onServerMs: Math.max(wholeSecond(Date.now() + lastsMs), before?.onServerMs ?? 0) }
  }
  const lockShown = (name: string, onServerMs: number) => {
    const asked = locks.get(name)
    return asked !== undefined && onServerMs >= asked.onServerMs ? asked.untilMs : shown(onServerMs)
  }
  const dated = <Answer extends { readonly dateMs: number }>(answer: Answer) => ({
    ...answer,
    dateMs: shown(answer.dateMs),
  })
  const stored = <Found extends { readonly modifiedAtMs: number }>(found: Found) => ({
    ...found,
    modifiedAtMs: shown(found.modifiedAtMs),
  })

  return {
    clock: { ...systemClock, now },

    around: (store) => ({
      ...store,
      create: async (key, bytes, { retainUntilMs, ...options } = {}) => {
        const lock = retainUntilMs === undefined ? undefined : shorten(retainUntilMs)
        const made = await store.create(key, bytes, { ...options, ...(lock && { retainUntilMs: lock.onServerMs }) })
        if (lock !== undefined && made.version !== undefined) locks.set(`${key} ${made.version}`, lock)
        return dated(made)
      },
      read: async (key, options) => mapped(await store.read(key, options), stored),
      head: async (key, options) =>
        mapped(await store.head(key, options), ({ retainUntilMs, ...found }) => ({
          ...stored(found),
          ...(retainUntilMs !== undefined && { retainUntilMs: lockShown(`${key} ${found.version}`, retainUntilMs) }),
        })),
      list: async (prefix, options) => {
        const page = dated(await store.list(prefix, options))
        return { ...page, objects: page.objects.map(stored) }
      },
      listVersions: async (prefix, options) => {
        const page = dated(await store.listVersions(prefix, options))
        return { ...page, versions: page.versions.map(stored) }
      },
      extend: async (key, untilMs, options) => {
        const name = `${key} ${options?.version}`
        const lock = shorten(untilMs, locks.get(name))
        await store.extend(key, lock.onServerMs, options)
        locks.set(name, lock)
      },
      date: async (options) => shown(await store.date(options)),
    }),

    async pass(days) {
      const targetMs = now() + days * DAY_MS
      const ending = [...locks.values()].filter(({ untilMs }) => untilMs <= targetMs)
      // Servers tell whole seconds: a day begins with one, so that no object seems to be of the day before.
      const fromMs = Math.max(wholeSecond(Date.now() + 1), ...ending.map(({ onServerMs }) => onServerMs))
      while (Date.now() < fromMs) await sleep(Math.max(1, fromMs - Date.now()))
      jumps.push({ fromMs, aheadMs: Math.max(shown(fromMs), targetMs) - fromMs })
    },
  }
}

function mapped<Found>(found: Found | undefined, map: (found: Found) => Found): Found | undefined {
  return found === undefined ? undefined : map(found)
}

function wholeSecond(ms: number): number {
  return Math.ceil(ms / 1000) * 1000
}
