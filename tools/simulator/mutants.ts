/** A protection that is taken out of the code, and where that is found. */
export interface Mutant {
  readonly name: string
  /** Which attack of those that the protocol was reviewed with it answers. */
  readonly attack: string
  readonly file: string
  readonly find: string
  readonly put: string
  /** The scenario and the seed that find it. */
  readonly scenario: string
  readonly seed: number
}

const engine = "packages/copy-engine/src"
const hasty = "space given back in haste"

/** Each protection of reclaim by itself. */
export const mutants: readonly Mutant[] = [
  {
    name: "references are not counted again behind the barriers",
    attack: "F2: a session that was resumed, a sibling's map, an undo",
    file: `${engine}/reclaim/epoch.ts`,
    find: "held.holderOf(session, number, list.oldestMs) === undefined",
    put: "true || held.holderOf(session, number, list.oldestMs) === undefined",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "logs get no barrier",
    attack: "F2: undo and commit while packs are deleted",
    file: `${engine}/reclaim/epoch.ts`,
    find: "await passAll(repository, backup, epoch, options)",
    put: "",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "a commit does not look at what a barrier before it took",
    attack: "F2: a writer that began before the epoch",
    file: `${engine}/bring-point.ts`,
    find: "if (await needsNothingGone(repository, place, tree, { own })) return",
    put: "return",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "an adopted checkpoint is believed",
    attack: "F2: a paused session that is gone on with",
    file: `${engine}/read-base.ts`,
    find: "return await needsNothingGone(repository, place, checkpoint, options)",
    put: "return true",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "a writer gives its log no barrier of an open epoch",
    attack: "F2: a writer that begins while an epoch is open",
    file: `${engine}/session.ts`,
    find: "for (const { epoch } of open)",
    put: "for (const { epoch } of [] as typeof open)",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "a sibling's condemned packs are shared",
    attack: "F2: deduplication against a point that is being removed",
    file: `${engine}/sibling-blocks.ts`,
    find: "record === undefined || options.condemned.has(record.session, record.number)",
    put: "record === undefined",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "checkpoints hold nothing",
    attack: "F2: a paused session",
    file: `${engine}/reclaim/workload-roots.ts`,
    find: 'yield { kind: "tree", holder: "session", tree: beat.checkpoint }',
    put: "",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "sessions at work hold nothing",
    attack: "F2: a full that takes days",
    file: `${engine}/reclaim/workload-roots.ts`,
    find: 'yield { kind: "session", session: listed.session }',
    put: "",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "adopted work holds nothing",
    attack: "F2: a session that adopted and died before its first checkpoint",
    file: `${engine}/reclaim/workload-roots.ts`,
    find: 'for (const session of new Set([fence.fenced, ...(fence.sessions ?? [])])) yield { kind: "session", session }',
    put: "return",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "removed points hold nothing while they may come back",
    attack: "F2: undo",
    file: `${engine}/reclaim/workload-roots.ts`,
    find: "if (due?.has(place, point.point) !== true)",
    put: "if (false as boolean)",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "undo times count by this machine's clock",
    attack: "F7: a clock that is days ahead",
    file: `${engine}/reclaim/due-points.ts`,
    find: "repository.storeTime.now() < removedAtMs + undoMs",
    put: "repository.seams.clock.now() < removedAtMs + undoMs",
    scenario: "a plain store",
    seed: 0,
  },
  {
    name: "any clock will do",
    attack: "F7: a clock that is years off",
    file: `${engine}/require-clock.ts`,
    find: "if (offMs <= CLOCK_OFF_MS) return",
    put: "return",
    scenario: "a plain store",
    seed: 0,
  },
  {
    name: "logs are read from lists alone",
    attack: "F2: a list that lags behind",
    file: "packages/chain-format/src/prove-log.ts",
    find: "if (next === undefined) break",
    put: "break",
    scenario: `${hasty}, late lists`,
    seed: 0,
  },
  {
    name: "points are moved whatever barrier came meanwhile",
    attack: "F8: sparse packs beside another reclaim",
    file: `${engine}/reclaim/empty-sparse.ts`,
    find: "if ((now.barrier?.entry ?? 0) !== barrier)",
    put: "if (false as boolean)",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "who empties sparse packs is not heeded",
    attack: "F8: packs that nobody names yet",
    file: `${engine}/reclaim/reclaimers.ts`,
    find: "if (page.dateMs - modifiedAtMs < RECLAIMER_MS)",
    put: "if (false as boolean)",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "points are moved from where they no longer are",
    attack: "F8: two who empty packs at the same time",
    file: `${engine}/reclaim/empty-sparse.ts`,
    find: "is !== undefined && was?.home?.entry === is.home?.entry",
    put: "is !== undefined",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "a late writer does not look whether its number still counts",
    attack: "F3: a zombie in a hole",
    file: `${engine}/append-log-entry.ts`,
    find: "staleAfterMs: STALE_AFTER_MS,",
    put: "staleAfterMs: Number.POSITIVE_INFINITY,",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "removals are not decided against the whole log",
    attack: "F4: two who each remove one of the last two points",
    file: `${engine}/change-points.ts`,
    find: "if (left.length === 0)",
    put: "if (false as boolean)",
    scenario: hasty,
    seed: 0,
  },
  {
    name: "a fence stops nobody",
    attack: "F4: a zombie that commits",
    file: `${engine}/bring-point.ts`,
    find: "if (state.fenced.some((mark) => mark.session === session.id))",
    put: "if (false as boolean)",
    scenario: hasty,
    seed: 0,
  },
]
