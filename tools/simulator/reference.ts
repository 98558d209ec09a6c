import { contentRoot } from "../../packages/copy-engine/src/testing/content-root.ts"
import { changed, noise } from "../../packages/copy-engine/src/testing/noise.ts"

export const BLOCK_BYTES = 64 << 10

/** A disk at one moment. */
export interface Moment {
  readonly bytes: Uint8Array
  readonly contentRoot: string
}

/** A point that somebody was told to be in a repository. */
export interface Promised {
  readonly repository: string
  readonly workload: string
  readonly point: string
  readonly contentRoot: string
}

/** Whether a point was removed, as far as those were told who asked for it; of two at the same time nobody knows who was last. */
export class Removal {
  state: "none" | "maybe" | "removed" = "none"
  /** From when on it may be gone for good: some time after it was asked for. */
  goneFromMs = Number.POSITIVE_INFINITY
  #asked = 0
  #answered = 0

  /** Somebody may remove it, by rule: nobody says whether that was done. */
  allow(goneFromMs: number): void {
    this.state = "maybe"
    this.goneFromMs = Math.min(this.goneFromMs, goneFromMs)
  }

  /** Somebody asks for the state `then`. */
  async settle(
    then: "none" | "removed",
    change: () => Promise<unknown>,
    mayBeGoneFromMs = Number.POSITIVE_INFINITY,
  ): Promise<void> {
    this.goneFromMs = Math.min(this.goneFromMs, mayBeGoneFromMs)
    const before = this.#asked === this.#answered ? this.state : "maybe"
    const mine = ++this.#asked
    this.state = "maybe"
    let state: Removal["state"] = "maybe"
    try {
      await change()
      state = then
    } catch (error) {
      if ((error as { readonly code?: string }).code === "Refused") state = before
      throw error
    } finally {
      this.#answered++
      const wasAlone = this.#asked === mine && this.#answered === mine
      if (wasAlone && state === "none") this.goneFromMs = Number.POSITIVE_INFINITY
      this.state = wasAlone ? state : "maybe"
    }
  }
}

/** What must be there, kept beside the repositories by who knows everything. */
export class Reference {
  readonly promised: Promised[] = []
  readonly #removals = new Map<string, Removal>()
  readonly #moments = new Map<string, Moment[]>()
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  /** The disk of a workload, with some blocks changed since the last time; a clone's first is as another's last. */
  next(workload: string, cloneOf?: string): Moment {
    const moments = this.#moments.get(workload) ?? []
    this.#moments.set(workload, moments)
    const seed = Math.floor(this.#random() * 2 ** 30)
    const last = moments.at(-1) ?? (cloneOf === undefined ? undefined : this.#moments.get(cloneOf)?.at(-1))
    const bytes = last === undefined ? noise(this.#draw(1, 9) * 40_000, seed) : this.#change(last.bytes, seed)
    const moment = { bytes, contentRoot: contentRoot(bytes, BLOCK_BYTES) }
    moments.push(moment)
    return moment
  }

  /** What became of a point, which may be removed before the one who made it was told that it is there. */
  removalOf(point: string): Removal {
    const removal = this.#removals.get(point) ?? new Removal()
    this.#removals.set(point, removal)
    return removal
  }

  /** Content that a workload had at some time. */
  had(workload: string, root: string): boolean {
    return (this.#moments.get(workload) ?? []).some((moment) => moment.contentRoot === root)
  }

  #change(bytes: Uint8Array, seed: number): Uint8Array {
    const count = Math.min(bytes.length, this.#draw(1, 90_000))
    const next = changed(bytes, [{ at: this.#draw(0, bytes.length - count), count }], seed)
    // A block that moves, one that is zeroed, a disk that grows or shrinks.
    if (this.#random() < 0.2) next.copyWithin(0, next.length >> 1)
    if (this.#random() < 0.2) next.fill(0, 0, Math.min(next.length, BLOCK_BYTES))
    if (this.#random() < 0.1) return grown(next, noise(this.#draw(1, 70_000), seed + 1))
    return this.#random() < 0.1 ? next.slice(0, this.#draw(1, next.length)) : next
  }

  #draw(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1))
  }
}

function grown(bytes: Uint8Array, more: Uint8Array): Uint8Array {
  const whole = new Uint8Array(bytes.length + more.length)
  whole.set(bytes)
  whole.set(more, bytes.length)
  return whole
}
