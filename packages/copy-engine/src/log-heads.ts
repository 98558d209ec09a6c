/** The newest entry of a log, as it was seen. */
export interface LogHead {
  readonly number: number
  readonly digest: string
}

/** The newest entries of a repository's logs: as remembered from runs before, and as this run has seen them. */
export class LogHeads {
  readonly #remembered: ReadonlyMap<string, number>
  readonly #seen = new Map<string, LogHead>()

  constructor(remembered: Readonly<Record<string, number>> = {}) {
    this.#remembered = new Map(Object.entries(remembered))
  }

  /** A log's newest entry was read or written. Gives the number that was remembered, if the log has become shorter than that. */
  note(prefix: string, number: number, digest: string): number | undefined {
    const known = this.#seen.get(prefix)
    // Newest last, and no way back.
    this.#seen.delete(prefix)
    this.#seen.set(prefix, known !== undefined && known.number > number ? known : { number, digest })
    const remembered = this.#remembered.get(prefix) ?? 0
    return remembered > number ? remembered : undefined
  }

  /** How long a log was, as it is remembered; 0 if nothing is. */
  remembered(prefix: string): number {
    return this.#remembered.get(prefix) ?? 0
  }

  /** Logs under a prefix that are remembered, and were not seen in this run. */
  unseen(under: string): readonly string[] {
    return [...this.#remembered.keys()].filter((prefix) => prefix.startsWith(under) && !this.#seen.has(prefix))
  }

  /** Those that were seen last under a prefix, but one. */
  recent(under: string, except: string, count: number): readonly (LogHead & { readonly prefix: string })[] {
    return [...this.#seen]
      .filter(([prefix]) => prefix.startsWith(under) && prefix !== except)
      .slice(-count)
      .map(([prefix, head]) => ({ prefix, ...head }))
  }

  /** The highest numbers ever known: these, and what others remembered meanwhile. */
  highest(others: Readonly<Record<string, number>> = {}): Readonly<Record<string, number>> {
    const all = new Map(this.#remembered)
    for (const [prefix, number] of [
      ...Object.entries(others),
      ...[...this.#seen].map(([p, h]) => [p, h.number] as const),
    ])
      all.set(prefix, Math.max(all.get(prefix) ?? 0, number))
    return Object.fromEntries(all)
  }
}
