const WINDOW_MS = 8_000

/** How fast something goes on, over the last seconds. */
export class TransferRate {
  readonly #samples: { atMs: number; doneBytes: number }[] = []

  add(atMs: number, doneBytes: number): void {
    const last = this.#samples.at(-1)
    // Another disk, or the next point: begin anew.
    if (last !== undefined && doneBytes < last.doneBytes) this.#samples.length = 0
    this.#samples.push({ atMs, doneBytes })
    while (this.#samples.length > 2 && atMs - (this.#samples[1]?.atMs ?? atMs) >= WINDOW_MS) this.#samples.shift()
  }

  /** Bytes per second; `undefined` until there is something to tell it from. */
  get bytesPerSecond(): number | undefined {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return undefined
    return ((last.doneBytes - first.doneBytes) * 1000) / (last.atMs - first.atMs)
  }
}
