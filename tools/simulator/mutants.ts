/** A change to the text of a source file. */
export interface Edit {
  readonly file: string
  /** Stands in it once. */
  readonly find: string
  readonly put: string
}

/** A protection that is taken out of the code, and where that is found. */
export interface Mutant {
  readonly name: string
  /** Which attack of those that the protocol was reviewed with it answers. */
  readonly attack: string
  readonly edits: readonly Edit[]
  /** The interleaving that finds it. */
  readonly foundBy: string
  /** Another one that stands in for it: only without both something is seen, and without that one alone nothing is. */
  readonly coveredBy?: string
}

const engine = "packages/copy-engine/src"
const reclaim = `${engine}/reclaim`
const format = "packages/chain-format/src"

/** Each protection of reclaim by itself. */
export const mutants: readonly Mutant[] = [
  {
    name: "references are not counted again behind the barriers",
    attack: "F2: a session that was resumed, a sibling's map, an undo",
    edits: [
      {
        file: `${reclaim}/epoch.ts`,
        find: "held.holderOf(session, number, list.oldestMs) === undefined",
        put: "true || held.holderOf(session, number, list.oldestMs) === undefined",
      },
    ],
    foundBy: "undo after condemned",
  },
  {
    name: "logs get no barrier",
    attack: "F2: undo and commit while packs are deleted",
    edits: [
      {
        file: `${reclaim}/epoch.ts`,
        find: "await passAll(repository, backup, epoch, options)",
        put: "",
      },
    ],
    foundBy: "undo after condemned",
  },
  {
    name: "a log without points gets no barrier, and nobody asks for it",
    attack: "F2: commit while packs are deleted",
    edits: [
      {
        file: `${reclaim}/epoch.ts`,
        find: "if (passed.has(place.workload)) continue",
        put: "if (passed.has(place.workload) || state.points.length === 0) continue",
      },
      {
        file: `${reclaim}/prove-state.ts`,
        find: "if (!hasPassed(proven.state, epoch))",
        put: "if (false as boolean)",
      },
    ],
    foundBy: "sibling in flight",
  },
  {
    name: "a commit does not look at what a barrier before it took",
    attack: "F2: a writer that began before the epoch",
    edits: [
      {
        file: `${engine}/bring-point.ts`,
        find: "if (await needsNothingGone(repository, place, tree, { own })) return",
        put: "return",
      },
    ],
    foundBy: "sibling in flight",
  },
  {
    name: "an adopted checkpoint is believed",
    attack: "F2: a paused session that is gone on with",
    edits: [
      {
        file: `${engine}/read-base.ts`,
        find: "return await needsNothingGone(repository, place, checkpoint, options)",
        put: "return true",
      },
    ],
    foundBy: "a checkpoint from before a barrier",
  },
  {
    name: "a writer gives its log no barrier of an open epoch",
    attack: "F2: a writer that begins while an epoch is open",
    edits: [
      {
        file: `${engine}/session.ts`,
        find: "for (const { epoch } of open)",
        put: "for (const { epoch } of [] as typeof open)",
      },
    ],
    foundBy: "a log begins behind the barriers",
  },
  {
    name: "a sibling's condemned packs are shared",
    attack: "F2: deduplication against a point that is being removed",
    edits: [
      {
        file: `${engine}/sibling-blocks.ts`,
        find: "record === undefined || options.condemned.has(record.session, record.number)",
        put: "record === undefined",
      },
    ],
    foundBy: "a sibling's condemned packs",
  },
  {
    name: "checkpoints hold nothing",
    attack: "F2: a paused session",
    edits: [
      {
        file: `${reclaim}/workload-roots.ts`,
        find: 'yield { kind: "tree", holder: "session", tree: beat.checkpoint }',
        put: "void 0",
      },
    ],
    foundBy: "a paused session",
  },
  {
    name: "sessions at work hold nothing",
    attack: "F2: a full that takes days",
    edits: [
      {
        file: `${reclaim}/workload-roots.ts`,
        find: 'yield { kind: "session", session: listed.session }',
        put: "",
      },
    ],
    foundBy: "a session at work",
  },
  {
    name: "adopted work holds nothing",
    attack: "F2: a session that adopted and died before its first checkpoint",
    edits: [
      {
        file: `${reclaim}/workload-roots.ts`,
        find: 'for (const session of new Set([fence.fenced, ...(fence.sessions ?? [])])) yield { kind: "session", session }',
        put: "",
      },
    ],
    foundBy: "adopted work whose adopter died",
  },
  {
    name: "an adopted checkpoint holds nothing",
    attack: "F2: the same, with packs of others that the checkpoint names",
    edits: [
      {
        file: `${reclaim}/workload-roots.ts`,
        find: "if (fence.checkpoint !== undefined)",
        put: "if (false as boolean)",
      },
    ],
    foundBy: "an adopted checkpoint whose adopter died",
  },
  {
    name: "removed points hold nothing while they may come back",
    attack: "F2: undo",
    edits: [
      {
        file: `${reclaim}/workload-roots.ts`,
        find: "if (due?.has(place, point.point) !== true)",
        put: "if (false as boolean)",
      },
    ],
    foundBy: "an undo time",
  },
  {
    name: "a parent that was given back is damage",
    attack: "F2: a pack missing under a purged point",
    edits: [
      {
        file: `${engine}/bring-point.ts`,
        find: "const isGone = isDamage(failure) && (await hasNewBarrier(repository, session))",
        put: "const isGone = false as boolean",
      },
    ],
    foundBy: "a parent that is given back",
  },
  {
    name: "who is late decides once more",
    attack: "F2: a reclaim that sleeps while others end its epoch",
    edits: [
      {
        file: `${reclaim}/epoch.ts`,
        find: "if (closed >= epoch) return",
        put: "if (false as boolean) return",
      },
    ],
    foundBy: "a reclaim that wakes up in an epoch that is over",
  },
  {
    name: "what the store kept is named",
    attack: "F2: a deletion that comes late",
    edits: [
      {
        file: `${reclaim}/needs-nothing-gone.ts`,
        find: "new CondemnedPacks([left, ...open",
        put: "new CondemnedPacks([...open",
      },
    ],
    foundBy: "packs that the store kept",
  },
  {
    name: "what the store kept is forgotten by the next epoch",
    attack: "F2: a deletion that comes later still",
    edits: [
      {
        file: `${reclaim}/epoch.ts`,
        find: "[...packsOf(before)].filter",
        put: "[...packsOf([])].filter",
      },
    ],
    foundBy: "packs that the store kept",
  },
  {
    name: "readers are not heeded",
    attack: "F2: a restore that takes days",
    edits: [
      {
        file: `${reclaim}/due-points.ts`,
        find: "if (this.isRead(place, point.point)) continue",
        put: "void 0",
      },
    ],
    foundBy: "a point that is read for long",
  },
  {
    name: "logs are read from lists alone",
    attack: "F2: a list that lags behind",
    edits: [
      {
        file: `${format}/prove-log.ts`,
        find: "if (next === undefined) break",
        put: "break",
      },
    ],
    foundBy: "lists that lag behind",
  },
  {
    name: "a late writer does not look whether its number still counts",
    attack: "F3: a zombie in a hole",
    edits: [
      {
        file: `${engine}/append-log-entry.ts`,
        find: "staleAfterMs: STALE_AFTER_MS,",
        put: "staleAfterMs: Number.POSITIVE_INFINITY,",
      },
    ],
    foundBy: "a number in a hole",
  },
  {
    name: "entries below the floor are void although they are named",
    attack: "F3: a log that holds old points",
    edits: [
      {
        file: `${reclaim}/clear-up.ts`,
        find: "number < barrier.voidBelow && !named.has(number)",
        put: "number < barrier.voidBelow",
      },
    ],
    foundBy: "a number in a hole",
  },
  {
    name: "the newest catalogue is believed",
    attack: "F3: a forged catalogue, a removal without undo",
    edits: [
      {
        file: `${reclaim}/survey-packs.ts`,
        find: "isFirst ? await proveState(repository, place, state, abortable) : state",
        put: "state",
      },
      {
        file: `${reclaim}/epoch.ts`,
        find: "await proveAtBarrier(repository, place, state, list.epoch, options)",
        put: "[state]",
      },
    ],
    foundBy: "a forged catalogue",
  },
  {
    name: "removals are not decided against the whole log",
    attack: "F4: two who each remove one of the last two points",
    edits: [
      {
        file: `${engine}/change-points.ts`,
        find: "if (left.length === 0)",
        put: "if (false as boolean)",
      },
    ],
    foundBy: "the last two points",
  },
  {
    name: "what was decided before a collision is appended behind it",
    attack: "F4: two who each remove one of the last two points",
    edits: [
      {
        file: `${engine}/append-log-entry.ts`,
        find: "const body = await decide(state)",
        put: "const body = decided?.entry.body ?? (await decide(state))",
      },
    ],
    foundBy: "the last two points",
  },
  {
    name: "a fence stops nobody",
    attack: "F4: a zombie that commits",
    edits: [
      {
        file: `${engine}/bring-point.ts`,
        find: "if (state.fenced.some((mark) => mark.session === session.id))",
        put: "if (false as boolean)",
      },
    ],
    foundBy: "a writer that was shut out",
  },
  {
    name: "undo times count by this machine's clock",
    attack: "F7: a clock that is hours ahead",
    edits: [
      {
        file: `${reclaim}/due-points.ts`,
        find: "repository.storeTime.now() < removedAtMs + undoMs",
        put: "repository.seams.clock.now() < removedAtMs + undoMs",
      },
    ],
    foundBy: "a machine's clock that is hours ahead",
  },
  {
    name: "any clock will do",
    attack: "F7: a clock that is years off",
    edits: [
      {
        file: `${engine}/require-clock.ts`,
        find: "if (offMs <= CLOCK_OFF_MS) return",
        put: "return",
      },
    ],
    foundBy: "a store's clock that is years ahead",
  },
  {
    name: "points are moved whatever barrier came meanwhile",
    attack: "F8: who sleeps until its new packs are given back",
    edits: [
      {
        file: `${reclaim}/empty-sparse.ts`,
        find: "if ((now.barrier?.entry ?? 0) !== barrier)",
        put: "if (false as boolean)",
      },
    ],
    foundBy: "packs that were emptied too late",
  },
  {
    name: "who empties sparse packs is not heeded",
    attack: "F8: packs that nobody names yet",
    edits: [
      {
        file: `${reclaim}/reclaimers.ts`,
        find: "if (page.dateMs - modifiedAtMs < RECLAIMER_MS)",
        put: "if (false as boolean)",
      },
    ],
    foundBy: "packs that are emptied beside another reclaim",
  },
  {
    name: "points are moved from where they no longer are",
    attack: "F8: two who empty packs at the same time",
    edits: [
      {
        file: `${reclaim}/empty-sparse.ts`,
        find: "is !== undefined && was?.home?.entry === is.home?.entry",
        put: "is !== undefined",
      },
    ],
    foundBy: "packs that two empty at the same time",
    coveredBy: "points are moved whatever barrier came meanwhile",
  },
  {
    name: "what does not open holds nothing",
    attack: "F9: a page that cannot be read",
    edits: [
      {
        file: `${reclaim}/held-packs.ts`,
        find: "this.untilMs = Math.max(this.untilMs, untilMs + SECOND_MS)",
        put: "void untilMs",
      },
    ],
    foundBy: "a point that does not open",
  },
]
