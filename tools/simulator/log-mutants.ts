import { change, engine, type Mutant, reclaim } from "./mutant.ts"

/** Protections of logs, of the last points in them, of clocks, and of what does not open. */
export const logMutants: readonly Mutant[] = [
  {
    name: "a late writer does not look whether its number still counts",
    attack: "F3: a zombie in a hole",
    edits: [
      change(
        `${engine}/append-log-entry.ts`,
        "staleAfterMs: STALE_AFTER_MS,",
        "staleAfterMs: Number.POSITIVE_INFINITY,",
      ),
    ],
    foundBy: "a number in a hole",
  },
  {
    name: "entries below the floor are void although they are named",
    attack: "F3: a log that holds old points",
    edits: [
      change(
        `${reclaim}/clear-up.ts`,
        "number < barrier.voidBelow && !named.has(number)",
        "number < barrier.voidBelow",
      ),
    ],
    foundBy: "a number in a hole",
  },
  {
    name: "the newest catalogue is believed",
    attack: "F3: a forged catalogue, a removal without undo",
    edits: [
      change(`${reclaim}/reclaim.ts`, "await proveState(repository, place, claimed, abortable)", "claimed"),
      change(`${reclaim}/epoch.ts`, "await proveAtBarrier(repository, place, passed, epoch, options)", "[passed]"),
    ],
    foundBy: "a forged catalogue",
  },
  {
    name: "removals are not decided against the whole log",
    attack: "F4: two who each remove one of the last two points",
    edits: [change(`${engine}/change-points.ts`, "if (left.length === 0)", "if (false as boolean)")],
    foundBy: "the last two points",
  },
  {
    name: "what was decided before a collision is appended behind it",
    attack: "F4: two who each remove one of the last two points",
    edits: [
      change(
        `${engine}/append-log-entry.ts`,
        "const body = await decide(state)",
        "const body = decided?.entry.body ?? (await decide(state))",
      ),
    ],
    foundBy: "the last two points",
  },
  {
    name: "a fence stops nobody",
    attack: "F4: a zombie that commits",
    edits: [
      change(
        `${engine}/bring-point.ts`,
        "if (state.fenced.some((mark) => mark.session === session.id))",
        "if (false as boolean)",
      ),
    ],
    foundBy: "a writer that was shut out and has all its packs",
  },
  {
    name: "a fence stops nobody whose packs were given back",
    attack: "F4: a zombie that commits what is gone",
    edits: [
      change(
        `${engine}/bring-point.ts`,
        "if (state.fenced.some((mark) => mark.session === session.id))",
        "if (false as boolean)",
      ),
    ],
    foundBy: "a writer that was shut out",
    coveredBy: "a commit does not look at what a barrier before it took",
  },
  {
    name: "undo times count by this machine's clock",
    attack: "F7: a clock that is hours ahead",
    edits: [
      change(
        `${reclaim}/due-points.ts`,
        "repository.storeTime.now() < removedAtMs + undoMs",
        "repository.seams.clock.now() < removedAtMs + undoMs",
      ),
    ],
    foundBy: "a machine's clock that is hours ahead",
  },
  {
    name: "any clock will do",
    attack: "F7: a clock that is years off",
    edits: [change(`${engine}/require-clock.ts`, "if (offMs <= CLOCK_OFF_MS) return", "return")],
    foundBy: "a store's clock that is years ahead",
  },
  {
    name: "what does not open holds nothing",
    attack: "F9: a page that cannot be read",
    edits: [
      change(`${reclaim}/held-packs.ts`, "this.untilMs = Math.max(this.untilMs, untilMs + SECOND_MS)", "void untilMs"),
    ],
    foundBy: "a point that does not open",
  },
  {
    name: "nobody asks whether a log lacks an entry",
    attack: "F3: an entry that does not open",
    edits: [
      change(`${reclaim}/backup-logs.ts`, "requireAppendable(repository, state, false)", ""),
      change(`${engine}/append-log-entry.ts`, "requireAppendable(repository, state, options.repair ?? false)", ""),
    ],
    foundBy: "an entry that does not open",
    coveredBy: "the newest catalogue is believed",
  },
  {
    name: "a catalogue says itself where to begin",
    attack: "F3: a forged catalogue that proves itself",
    edits: [
      change("packages/chain-format/src/log-entry.ts", "catalogue.floor > highest ||", "false ||"),
      change("packages/chain-format/src/prove-log.ts", "const floor = await whereToBegin()", "const { floor } = state"),
    ],
    foundBy: "a forged floor",
  },
  {
    name: "void entries go before their log is proven",
    attack: "F3: a forged catalogue",
    edits: [change(`${reclaim}/reclaim.ts`, "await proveState(repository, place, claimed, abortable)", "claimed")],
    foundBy: "a forged end of what is void",
  },
  {
    name: "a collision makes an old decision young",
    attack: "F3: a zombie in a hole",
    edits: [
      change(
        "packages/repo/src/append-entry.ts",
        "decidedAtMs = Math.min(decidedAtMs, next.decidedAtMs ?? decidedAtMs)",
        "decidedAtMs = next.decidedAtMs ?? result.dateMs",
      ),
    ],
    foundBy: "an entry before a hole",
  },
  {
    name: "void entries go at once",
    attack: "F3: a writer in a hole of minutes",
    edits: [change(`${reclaim}/clear-up.ts`, "ageMs > VOID_FOR_MS ? keys : []", "keys")],
    foundBy: "a number in a hole of minutes",
  },
  {
    name: "readers are looked for before the count alone",
    attack: "F22: long readers",
    edits: [change(`${reclaim}/epoch.ts`, "await options.due.findReaders(repository, backup, abortable)", "void 0")],
    foundBy: "a point whose reader leaves a mark while packs are counted",
  },
]
