import type { Edit, Mutant } from "./mutant.ts"

const engine = "packages/copy-engine/src"
const reclaim = `${engine}/reclaim`
const format = "packages/chain-format/src"

function change(file: string, find: string, put: string): Edit {
  return { file, find, put }
}

/** Each protection of reclaim by itself. */
export const mutants: readonly Mutant[] = [
  {
    name: "references are not counted again behind the barriers",
    attack: "F2: a session that was resumed, a sibling's map, an undo",
    edits: [change(`${reclaim}/epoch.ts`, "held.holderOf(session, number, list.oldestMs)", "(undefined as unknown)")],
    foundBy: "undo after condemned",
  },
  {
    name: "logs get no barrier before packs are counted again",
    attack: "F2: removed points that are never purged",
    edits: [change(`${reclaim}/epoch.ts`, "await passAll(repository, backup, epoch, options)", "")],
    foundBy: "sibling in flight",
  },
  {
    name: "logs get no barrier, neither before packs are counted again nor then",
    attack: "F2: undo and commit while packs are deleted",
    edits: [
      change(`${reclaim}/epoch.ts`, "await passAll(repository, backup, epoch, options)", ""),
      change(`${reclaim}/epoch.ts`, "const passed = hasPassed(state, epoch)", "const passed = (true as boolean)"),
    ],
    foundBy: "sibling in flight",
  },
  {
    name: "logs of which nothing is purged get no barrier, neither before packs are counted again nor then, and nobody asks for it",
    attack: "F2, F8: commit while packs are deleted out of which a living point was moved",
    edits: [
      change(
        `${reclaim}/epoch.ts`,
        "if (!hasPassed(state, epoch)) {",
        "if (!hasPassed(state, epoch) && due.of(place, state).length > 0) {",
      ),
      change(`${reclaim}/epoch.ts`, "const passed = hasPassed(state, epoch)", "const passed = (true as boolean)"),
      change(`${reclaim}/prove-state.ts`, "if (!hasPassed(proven.state, epoch))", "if (false as boolean)"),
    ],
    foundBy: "sibling in flight of what is moved",
  },
  {
    name: "a log without points gets no barrier, neither before packs are counted again nor then, and nobody asks for it",
    attack: "F2: commit while packs are deleted",
    edits: [
      change(
        `${reclaim}/epoch.ts`,
        "if (passed.has(place.workload)) continue",
        "if (passed.has(place.workload) || state.points.length === 0) continue",
      ),
      change(
        `${reclaim}/epoch.ts`,
        "const passed = hasPassed(state, epoch)",
        "const passed = hasPassed(state, epoch) || state.points.length === 0",
      ),
      change(`${reclaim}/prove-state.ts`, "if (!hasPassed(proven.state, epoch))", "if (false as boolean)"),
    ],
    foundBy: "sibling in flight",
  },
  {
    name: "a commit does not look at what a barrier before it took",
    attack: "F2: a writer that began before the epoch",
    edits: [
      change(
        `${engine}/bring-point.ts`,
        "if (await needsNothingGone(repository, session.place, tree)) return",
        "return",
      ),
    ],
    foundBy: "sibling in flight",
  },
  {
    name: "an adopted checkpoint is believed",
    attack: "F2: a paused session that is gone on with",
    edits: [
      change(
        `${engine}/read-base.ts`,
        "return await needsNothingGone(repository, place, checkpoint, options)",
        "return true",
      ),
    ],
    foundBy: "a checkpoint from before a barrier",
  },
  {
    name: "a writer gives its log no barrier of an open epoch",
    attack: "F2: a writer that begins while an epoch is open",
    edits: [
      change(`${engine}/session.ts`, "for (const { epoch } of open)", "for (const { epoch } of [] as typeof open)"),
    ],
    foundBy: "a log begins behind the barriers",
    coveredBy: "a log that has no barrier yet is counted as it is",
  },
  {
    name: "a sibling's condemned packs are shared",
    attack: "F2: deduplication against a point that is being removed",
    edits: [
      change(
        `${engine}/sibling-blocks.ts`,
        "record === undefined || options.condemned.has(record.session, record.number)",
        "record === undefined",
      ),
    ],
    foundBy: "a sibling's condemned packs",
  },
  {
    name: "checkpoints hold nothing",
    attack: "F2: a paused session",
    edits: [
      change(
        `${reclaim}/workload-roots.ts`,
        'yield { kind: "tree", holder: "session", tree: beat.checkpoint }',
        "void 0",
      ),
    ],
    foundBy: "a paused session",
  },
  {
    name: "sessions at work hold nothing",
    attack: "F2: a full that takes days",
    edits: [change(`${reclaim}/workload-roots.ts`, 'yield { kind: "session", session: listed.session }', "")],
    foundBy: "a session at work",
  },
  {
    name: "adopted work holds nothing",
    attack: "F2: a session that adopted and died before its first checkpoint",
    edits: [
      change(
        `${reclaim}/workload-roots.ts`,
        'for (const session of new Set([fence.fenced, ...(fence.sessions ?? [])])) yield { kind: "session", session }',
        "",
      ),
    ],
    foundBy: "adopted work whose adopter died",
  },
  {
    name: "an adopted checkpoint holds nothing",
    attack: "F2: the same, with packs of others that the checkpoint names",
    edits: [change(`${reclaim}/workload-roots.ts`, "if (fence.checkpoint !== undefined)", "if (false as boolean)")],
    foundBy: "an adopted checkpoint whose adopter died",
  },
  {
    name: "removed points hold nothing while they may come back",
    attack: "F2: undo",
    edits: [change(`${reclaim}/workload-roots.ts`, "if (due?.has(place, one) !== true)", "if (false as boolean)")],
    foundBy: "an undo time",
  },
  {
    name: "a parent that was given back is damage",
    attack: "F2: a pack missing under a purged point",
    edits: [
      change(
        `${engine}/bring-point.ts`,
        "const isGone = isDamage(failure) && (await hasNewBarrier(repository, session))",
        "const isGone = false as boolean",
      ),
    ],
    foundBy: "a parent that is given back",
  },
  {
    name: "who is late decides once more",
    attack: "F2: a reclaim that sleeps while others end its epoch",
    edits: [change(`${reclaim}/epoch.ts`, "if (closed >= epoch) return", "if (false as boolean) return")],
    foundBy: "a reclaim that wakes up in an epoch that is over",
  },
  {
    name: "what the store kept is named",
    attack: "F2: a deletion that comes late",
    edits: [
      change(`${reclaim}/needs-nothing-gone.ts`, "new CondemnedPacks([left, ...open", "new CondemnedPacks([...open"),
    ],
    foundBy: "packs that the store kept",
  },
  {
    name: "what the store kept is forgotten by the next epoch",
    attack: "F2: a deletion that comes later still",
    edits: [change(`${reclaim}/epoch.ts`, "[...packsOf(before)].filter", "[...packsOf([])].filter")],
    foundBy: "packs that the store kept",
  },
  {
    name: "readers are not heeded",
    attack: "F2: a restore that takes days",
    edits: [change(`${reclaim}/due-points.ts`, "return this.#read.has(idOf(place, point))", "return false")],
    foundBy: "a point that is read for long",
  },
  {
    name: "logs are read from lists alone",
    attack: "F2: a list that lags behind",
    edits: [change(`${format}/prove-log.ts`, "if (next === undefined) break", "break")],
    foundBy: "lists that lag behind",
    coveredBy: "a log that has no barrier yet is counted as it is",
  },
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
    name: "points are moved whatever barrier came meanwhile",
    attack: "F8: who sleeps until its new packs are given back",
    edits: [
      change(`${reclaim}/empty-sparse.ts`, "if ((now.barrier?.entry ?? 0) !== barrier)", "if (false as boolean)"),
    ],
    foundBy: "packs that were emptied too late",
  },
  {
    name: "who empties sparse packs is not heeded",
    attack: "F8: packs that nobody names yet",
    edits: [
      change(`${reclaim}/reclaimers.ts`, "if (page.dateMs - modifiedAtMs < RECLAIMER_MS)", "if (false as boolean)"),
    ],
    foundBy: "packs that are emptied beside another reclaim",
  },
  {
    name: "points are moved from where they no longer are",
    attack: "F8: two who empty packs at the same time",
    edits: [
      change(
        `${reclaim}/empty-sparse.ts`,
        "is !== undefined && was?.home?.entry === is.home?.entry",
        "is !== undefined",
      ),
    ],
    foundBy: "packs that two empty at the same time",
    coveredBy: "points are moved whatever barrier came meanwhile",
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
    name: "who comes second with a list goes by its own",
    attack: "F2: two prune at the same time",
    edits: [change(`${reclaim}/epoch.ts`, 'if (outcome === "won") return list', "return list")],
    foundBy: "two who begin an epoch",
  },
  {
    name: "that an epoch is over is cleared up",
    attack: "F2: a reclaim that sleeps while others end its epoch",
    edits: [
      change(
        `${reclaim}/clear-up.ts`,
        'found.epoch < closed || (found.epoch === closed && found.stage !== "closed")',
        "found.epoch <= closed",
      ),
    ],
    foundBy: "a reclaim that wakes up in an epoch that is over",
  },
  {
    name: "beats of sessions at work are cleared up",
    attack: "F2: a paused session",
    edits: [
      change(
        `${reclaim}/clear-up.ts`,
        "if (settled.has(key.slice(prefix.length, prefix.length + 32) as never)) keys.push(key)",
        "keys.push(key)",
      ),
    ],
    foundBy: "a paused session",
  },
  {
    name: "signs of life of who empties sparse packs are cleared up",
    attack: "F8: packs that nobody names yet",
    edits: [
      change(
        `${reclaim}/clear-up.ts`,
        "if (!alive.has(key.slice(prefix.length, prefix.length + 32))) dead.push(key)",
        "dead.push(key)",
      ),
    ],
    foundBy: "packs that are emptied beside another reclaim",
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
    name: "what held at the barrier, and no longer does, is not spared",
    attack: "F8: a point that is moved behind a barrier",
    edits: [
      change(
        `${reclaim}/prove-state.ts`,
        "return proven.atBarrier === undefined ? [proven.state] : [proven.atBarrier, proven.state]",
        "return [proven.state]",
      ),
    ],
    foundBy: "a point that is moved behind a barrier",
    coveredBy: "points are moved beside a writer, and while an epoch is open",
  },
  {
    name: "points are moved beside a writer, and while an epoch is open",
    attack: "F8: a point that is moved behind a barrier",
    edits: [
      change(
        `${reclaim}/empty-sparse.ts`,
        "if ((await readEpochs(repository.view, backup, abortable)).open.length > 0) break",
        "void 0",
      ),
      change(
        `${reclaim}/empty-sparse.ts`,
        "if (sessions.some((one) => !settled.has(one.session)))",
        "if (false as boolean)",
      ),
    ],
    foundBy: "a point that is moved behind a barrier",
    coveredBy: "what held at the barrier, and no longer does, is not spared",
  },
  {
    name: "packs that are stored while packs are counted are condemned",
    attack: "F2: a session that begins meanwhile",
    edits: [change(`${reclaim}/survey-packs.ts`, '(isYoung ? "young" : undefined)', "undefined")],
    foundBy: "a session that begins while packs are counted",
  },
  {
    name: "a checkpoint is as young as who hands it on",
    attack: "F2: a paused session that is gone on with twice",
    edits: [change(`${engine}/session.ts`, "if (latest !== undefined) madeAt = adopted.adoption?.tail ?? 0", "void 0")],
    foundBy: "a checkpoint that was not believed is handed on",
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
    name: "a final list is believed",
    attack: "F2: a forged list turned into an order to delete",
    edits: [
      change(
        `${reclaim}/epoch.ts`,
        ".filter(({ session, number }) => isFree.has(session, number))",
        ".filter(() => true)",
      ),
    ],
    foundBy: "a forged final list",
  },
  {
    name: "verify marks a point that was moved",
    attack: "F8: readers beside who empties sparse packs",
    edits: [change(`${engine}/verify.ts`, "if (now.home?.entry !== point.home?.entry)", "if (false as boolean)")],
    foundBy: "a point that is moved while it is verified",
  },
  {
    name: "a restore does not follow a point that was moved",
    attack: "F8: readers beside who empties sparse packs",
    edits: [change(`${engine}/restore.ts`, "there.home?.entry !== home?.entry", "(false as boolean)")],
    foundBy: "a point that is moved while it is restored",
  },
  {
    name: "a copy does not follow a point that was moved",
    attack: "F8: readers beside who empties sparse packs",
    edits: [
      change(
        "packages/source-repository/src/repository-source.ts",
        "if (now.live.home?.entry !== live.home?.entry)",
        "if (false as boolean)",
      ),
    ],
    foundBy: "a point that is moved while it is copied",
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
    name: "a removal that was made anew is the old one",
    attack: "F2: undo",
    edits: [change(`${reclaim}/due-points.ts`, 'removal === undefined ? "" : `/${removal}`', '""')],
    foundBy: "a point that is removed anew",
  },
  {
    name: "a log that has no barrier yet is counted as it is",
    attack: "F2: a workload that begins meanwhile",
    edits: [
      change(`${reclaim}/epoch.ts`, "const passed = hasPassed(state, epoch)", "const passed = (true as boolean)"),
    ],
    foundBy: "a log has begun and has no barrier yet",
  },
  {
    name: "readers are looked for before the count alone",
    attack: "F22: long readers",
    edits: [change(`${reclaim}/epoch.ts`, "await options.due.findReaders(repository, backup, abortable)", "void 0")],
    foundBy: "a point whose reader leaves a mark while packs are counted",
  },
]
