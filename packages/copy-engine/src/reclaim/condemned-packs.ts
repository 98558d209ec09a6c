import type { PackRuns, SessionId } from "@bcopy/chain-format"

/** Packs by session and number, out of lists of runs. */
export class CondemnedPacks {
  readonly #runs = new Map<SessionId, PackRuns["runs"][number][]>()

  constructor(lists: Iterable<readonly PackRuns[]> = []) {
    for (const list of lists) for (const packs of list) this.add(packs)
  }

  get isEmpty(): boolean {
    return this.#runs.size === 0
  }

  add({ session, runs }: PackRuns): void {
    const known = this.#runs.get(session)
    if (known === undefined) this.#runs.set(session, [...runs])
    else known.push(...runs)
  }

  has(session: SessionId, number: number): boolean {
    const runs = this.#runs.get(session)
    return (
      runs?.some(([first, count, step]) => {
        const distance = number - first
        return distance >= 0 && distance % step === 0 && distance / step < count
      }) === true
    )
  }
}

/** All numbers of a list, session by session. */
export function* packsOf(
  list: readonly PackRuns[],
): Iterable<{ readonly session: SessionId; readonly number: number }> {
  for (const { session, runs } of list)
    for (const [first, count, step] of runs)
      for (let at = 0; at < count; at++) yield { session, number: first + at * step }
}
