import { change, engine, type Mutant, reclaim } from "./mutant.ts"

/** Protections of blocks that are moved out of sparse packs. */
export const movingMutants: readonly Mutant[] = [
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
]
