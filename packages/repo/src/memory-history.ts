import type { ObjectKey } from "./object-key.ts"

/** One version of a key in memory; never changed, only replaced. */
export interface MemoryVersion {
  readonly version: string
  /** `undefined`: a delete marker. */
  readonly bytes: Uint8Array | undefined
  readonly modifiedAtMs: number
  readonly retainUntilMs: number | undefined
  readonly held: boolean
}

/** All that a {@link memoryStore} keeps: for each key its versions, oldest first. */
export class MemoryHistory {
  #versions: Map<ObjectKey, readonly MemoryVersion[]>
  #sorted: ObjectKey[] | undefined

  constructor(versions: ReadonlyMap<ObjectKey, readonly MemoryVersion[]> = new Map()) {
    this.#versions = new Map(versions)
  }

  /** The versions of a key, oldest first; empty if there are none. */
  of(key: ObjectKey): readonly MemoryVersion[] {
    return this.#versions.get(key) ?? []
  }

  newest(key: ObjectKey): MemoryVersion | undefined {
    return this.of(key).at(-1)
  }

  /** Replaces the versions of a key. */
  put(key: ObjectKey, versions: readonly MemoryVersion[]): void {
    const known = this.#versions.has(key)
    if (versions.length > 0) this.#versions.set(key, versions)
    else this.#versions.delete(key)
    if (this.#sorted === undefined || known === versions.length > 0) return
    this.#sorted.splice(lowerBound(this.#sorted, key), known ? 1 : 0, ...(known ? [] : [key]))
  }

  /** The keys that begin with `prefix` and are not less than `from`, ascending. Do not `put` while iterating. */
  *keys(prefix: string, from = ""): Iterable<ObjectKey> {
    const sorted = (this.#sorted ??= [...this.#versions.keys()].toSorted())
    for (let index = lowerBound(sorted, from > prefix ? from : prefix); index < sorted.length; index++) {
      const key = sorted[index]!
      if (!key.startsWith(prefix)) return
      yield key
    }
  }

  copy(): MemoryHistory {
    return new MemoryHistory(this.#versions)
  }
}

/** The index of the first key that is not less than `text`. */
function lowerBound(sorted: readonly string[], text: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < text) low = middle + 1
    else high = middle
  }
  return low
}
