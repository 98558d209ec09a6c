/** A point as the model knows it: what was on the disk, and until when a removal of it can be taken back. */
export interface ModelPoint {
  readonly point: string
  readonly bytes: Uint8Array
  undoUntilMs?: number | undefined
}

/** What must be true of chains after whatever was done, told without packs, logs, maps or epochs. */
export class ChainModel {
  readonly #chains = new Map<string, ModelPoint[]>()

  get workloads(): readonly string[] {
    return [...this.#chains.keys()]
  }

  kept(workload: string): readonly ModelPoint[] {
    return this.#chain(workload).filter(({ undoUntilMs }) => undoUntilMs === undefined)
  }

  removed(workload: string): readonly ModelPoint[] {
    return this.#chain(workload).filter(({ undoUntilMs }) => undoUntilMs !== undefined)
  }

  add(workload: string, point: ModelPoint): void {
    this.#chain(workload).push(point)
  }

  /** What was removed for longer than its undo time is gone for good. */
  purge(nowMs: number): void {
    for (const [workload, points] of this.#chains)
      this.#chains.set(
        workload,
        points.filter(({ undoUntilMs = Number.POSITIVE_INFINITY }) => undoUntilMs > nowMs),
      )
  }

  #chain(workload: string): ModelPoint[] {
    const chain = this.#chains.get(workload) ?? []
    if (chain.length > 0) return chain
    this.#chains.set(workload, chain)
    return chain
  }
}
