import { PEAK_MIB, STORED_SHARE, timeBudgets } from "./budgets.ts"
import { steps } from "./contender.ts"
import { type Figure, median } from "./figure.ts"
import type { Measured, Round } from "./measure-round.ts"

const OWN = "bcopy"

/** What rounds say about the budgets: of each, the median of the ratios of runs that stood beside each other. */
export function judgeRounds(rounds: readonly Round[]): readonly Figure[] {
  const of = (round: Round, contender: string, step: string): Measured | undefined =>
    round.measured.find((run) => run.contender === contender && run.step === step)
  const figures: Figure[] = []
  for (const { step, peer, peerStep, atMost } of timeBudgets) {
    const pairs = rounds.flatMap((round) => {
      const [own, other] = [of(round, OWN, step), of(round, peer, peerStep)]
      return own === undefined || other === undefined ? [] : [[own.wallMs, other.wallMs] as const]
    })
    if (pairs.length === 0) continue
    const [own, other] = [median(pairs.map(([ms]) => ms)), median(pairs.map(([, ms]) => ms))]
    figures.push({
      what: `${step}: time`,
      found: median(pairs.map(([ms, peerMs]) => ms / peerMs)),
      unit: `x ${peer}`,
      limit: atMost,
      detail: `${(own / 1000).toFixed(2)} s beside ${(other / 1000).toFixed(2)} s`,
    })
  }
  // Of each what its copy takes longer than just opening both repositories: without its start, and without its keys.
  const beyondOpening = (round: Round, contender: string) => {
    const [copied, opened] = [of(round, contender, "copy, next point"), of(round, contender, "open both")]
    return copied === undefined || opened === undefined ? undefined : copied.wallMs - opened.wallMs
  }
  const opened = rounds.flatMap((round) => {
    const [own, other] = [beyondOpening(round, OWN), beyondOpening(round, "restic")]
    return own === undefined || other === undefined ? [] : [[own, other] as const]
  })
  if (opened.length > 0) {
    const [own, other] = [median(opened.map(([ms]) => ms)), median(opened.map(([, ms]) => ms))]
    figures.push({
      what: "copy, next point, beyond opening: time",
      found: median(opened.map(([ms, peerMs]) => ms / peerMs)),
      unit: "x restic",
      detail: `${(own / 1000).toFixed(2)} s beside ${(other / 1000).toFixed(2)} s`,
    })
  }
  for (const step of steps) {
    const peaks = rounds.flatMap((round) => of(round, OWN, step)?.peakKib ?? [])
    if (peaks.length > 0)
      figures.push({ what: `${step}: peak memory`, found: median(peaks) / 1024, unit: "MiB", limit: PEAK_MIB })
  }
  const shares = rounds.flatMap(({ storedBytes }) => {
    const [own, other] = [storedBytes[OWN], storedBytes["restic"]]
    return own === undefined || other === undefined ? [] : [own / other]
  })
  const stored = Object.entries(rounds[0]?.storedBytes ?? {})
  if (shares.length > 0)
    figures.push({
      what: "stored after the full and all increments",
      found: median(shares),
      unit: "x restic",
      limit: STORED_SHARE,
      detail: stored.map(([name, bytes]) => `${name} ${(bytes / 2 ** 20).toFixed(0)} MiB`).join(", "),
    })
  return figures
}

/** Every contender's medians, step by step. */
export function renderRuns(rounds: readonly Round[]): readonly string[] {
  const runs = rounds.flatMap(({ measured }) => measured)
  const names = [...new Set(runs.map(({ contender }) => contender))]
  const lines = [["step".padEnd(20), ...names.map((name) => `${name}: s, CPU s, MiB`.padStart(26))].join(" ")]
  for (const step of steps) {
    const cells = names.map((name) => {
      const own = runs.filter((run) => run.contender === name && run.step === step)
      if (own.length === 0) return "".padStart(26)
      const [wall, cpu, peak] = [
        median(own.map(({ wallMs }) => wallMs)) / 1000,
        median(own.map(({ cpuMs }) => cpuMs)) / 1000,
        median(own.map(({ peakKib }) => peakKib)) / 1024,
      ]
      return `${wall.toFixed(2)} ${cpu.toFixed(2).padStart(7)} ${peak.toFixed(0).padStart(6)}`.padStart(26)
    })
    lines.push([step.padEnd(20), ...cells].join(" ").trimEnd())
  }
  return lines
}
