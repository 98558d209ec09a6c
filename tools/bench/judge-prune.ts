import { PEAK_MIB, PRUNE_SHARE, STORED_PER_LIVE } from "./budgets.ts"
import type { DiskChange } from "./changed-disk.ts"
import { type Figure, median } from "./figure.ts"
import type { OwnAccount, PruneRun } from "./measure-prune.ts"

type OwnRun = PruneRun & { readonly own: OwnAccount }

/** What rounds of pruning say about the budgets: medians, of times those of the ratios of runs that stood beside each other. */
export function judgePrune(rounds: readonly (readonly PruneRun[])[], change: DiskChange): readonly Figure[] {
  const of = (name: PruneRun["contender"]) => rounds.flatMap((round) => round.filter((run) => run.contender === name))
  const own = of("bcopy").filter((run): run is OwnRun => run.own !== undefined)
  const what = change === "whole" ? "prune, no pack in part" : "prune"
  const sum = (value: (run: OwnRun) => number) => median(own.map(value))
  const count = (name: string, value: (run: OwnRun) => number, unit: string): Figure => ({
    what: `${what}: ${name}`,
    found: sum(value),
    unit,
  })
  return [
    ...timesOf(what, own, of("restic")),
    {
      what: `${what}: peak memory`,
      found: sum(({ peakKib }) => peakKib / 1024),
      unit: "MiB",
      limit: PEAK_MIB,
    },
    count("points gone for good", (run) => run.own.points, "points"),
    count("packs deleted", (run) => run.own.packs, "packs"),
    count("given back", (run) => mib(run.own.storedBytes), "MiB"),
    count("sparse packs emptied", (run) => run.own.emptied, "packs"),
    {
      ...count("written anew", (run) => mib(run.own.movedBytes), "MiB"),
      ...(change === "whole" && { limit: 0 }),
    },
    { ...count("left that nothing needs", (run) => run.own.free.packs, "packs"), limit: 0 },
    ...sizesOf(what, own, of("restic")),
    {
      what: `${what}: stored / in use`,
      found: sum((run) => run.afterBytes / run.own.liveBytes),
      unit: "x",
      limit: STORED_PER_LIVE,
      detail: `${mib(sum((run) => run.afterBytes)).toFixed(0)} MiB, of which ${mib(sum((run) => run.own.liveBytes)).toFixed(0)} MiB are in use`,
    },
  ]
}

function timesOf(what: string, own: readonly OwnRun[], peer: readonly PruneRun[]): readonly Figure[] {
  const seconds = (runs: readonly PruneRun[]) => median(runs.map(({ wallMs }) => wallMs / 1000))
  const cpu = (runs: readonly PruneRun[]) => median(runs.map(({ cpuMs }) => cpuMs / 1000)).toFixed(1)
  if (peer.length === 0) return [{ what: `${what}: time`, found: seconds(own), unit: "s" }]
  return [
    {
      what: `${what}: time`,
      found: median(own.map(({ wallMs }, round) => wallMs / (peer[round] as PruneRun).wallMs)),
      unit: "x restic",
      limit: PRUNE_SHARE,
      detail: `${seconds(own).toFixed(2)} s beside ${seconds(peer).toFixed(2)} s; CPU ${cpu(own)} s beside ${cpu(peer)} s`,
    },
    { what: `${what}: restic's peak memory`, found: median(peer.map(({ peakKib }) => peakKib / 1024)), unit: "MiB" },
  ]
}

function sizesOf(what: string, own: readonly PruneRun[], peer: readonly PruneRun[]): readonly Figure[] {
  return [
    { name: "bcopy", runs: own },
    { name: "restic", runs: peer },
  ].flatMap(({ name, runs }) =>
    runs.length === 0
      ? []
      : [
          {
            what: `${what}: ${name}'s repository afterwards`,
            found: mib(median(runs.map(({ afterBytes }) => afterBytes))),
            unit: "MiB",
            detail: `${mib(median(runs.map(({ beforeBytes }) => beforeBytes))).toFixed(0)} MiB before`,
          },
        ],
  )
}

function mib(bytes: number): number {
  return bytes / 2 ** 20
}
