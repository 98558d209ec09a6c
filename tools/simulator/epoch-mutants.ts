import { change, engine, format, type Mutant, reclaim } from "./mutant.ts"

/** Protections of what is deleted: marks, barriers, counting again, grace, beside writers, readers and other reclaims. */
export const epochMutants: readonly Mutant[] = [
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
]
