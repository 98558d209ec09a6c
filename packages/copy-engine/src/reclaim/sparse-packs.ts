import type { SessionId } from "@bcopy/chain-format"
import type { SurveyedPack } from "./survey-packs.ts"

/** Packs that are worth emptying of one run, at most. */
const MAX_CHOSEN = 8192

/** A pack of which little is in use. */
export interface SparsePack {
  readonly session: SessionId
  readonly number: number
  readonly storedBytes: number
  readonly share: number
}

/** How much of what is stored may be unused, and how much may be moved for it. */
export interface SparseLimits {
  /** Unused bytes beside those in use, as a share of these. */
  readonly maxUnused: number
  /** Bytes that are written anew, at most. */
  readonly maxBytes: number
}

/** Gathers the packs of which the least is in use, while others are surveyed. */
export class SparsePacks {
  #packs: SparsePack[] = []
  readonly #nowMs: number
  #liveBytes = 0
  #unusedBytes = 0

  /** What is locked at `nowMs` is left alone: to move it would keep its bytes twice. */
  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  /** Bytes in use of the packs that points need. */
  get liveBytes(): number {
    return this.#liveBytes
  }

  /** Bytes that lie beside them in the same packs. */
  get unusedBytes(): number {
    return this.#unusedBytes
  }

  add({ session, number, storedBytes, share, holder, lockedUntilMs }: SurveyedPack): void {
    if ((holder !== "live" && holder !== "undo") || lockedUntilMs > this.#nowMs) return
    this.#liveBytes += share * storedBytes
    this.#unusedBytes += (1 - share) * storedBytes
    // What only removed points need goes whole, when their time is over; map packs are merged by who writes.
    if (holder !== "live" || share >= 1 || number % 2 === 0) return
    this.#packs.push({ session, number, storedBytes, share })
    if (this.#packs.length >= 2 * MAX_CHOSEN) this.#packs = sparsest(this.#packs)
  }

  /**
   * The emptiest ones, until no more is unused than may be, or as much is moved as may be. None of which no more is unused than
   * may be of all: those need not go for that.
   */
  choose({ maxUnused, maxBytes }: SparseLimits): readonly SparsePack[] {
    const chosen: SparsePack[] = []
    const allowed = maxUnused * this.#liveBytes
    let unused = this.#unusedBytes
    let moved = 0
    for (const pack of sparsest(this.#packs)) {
      const { storedBytes, share } = pack
      if (unused <= allowed || 1 - share <= maxUnused * share || moved + share * storedBytes > maxBytes) break
      unused -= (1 - share) * storedBytes
      moved += share * storedBytes
      chosen.push(pack)
    }
    return chosen
  }
}

function sparsest(packs: readonly SparsePack[]): SparsePack[] {
  return packs.toSorted((a, b) => a.share - b.share).slice(0, MAX_CHOSEN)
}
