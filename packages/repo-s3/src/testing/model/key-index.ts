import { byteOrder } from "./byte-order.ts"

/** Which names a listing is to give. */
export interface NameQuery {
  readonly prefix: string
  /** Keys are folded at the first of it behind the prefix; empty: not at all. */
  readonly delimiter: string
  /** Names up to here are left out. One in a folder leaves out the folder, as with Ceph. */
  readonly after: string
  /** Whether the key `after` itself is given. */
  readonly inclusive?: boolean
  readonly isListed?: (key: string) => boolean
}

/** A key, or what several keys were folded into. */
export type ListedName = { readonly key: string } | { readonly folder: string }

/** Keys in the order of their bytes. */
export class KeyIndex {
  readonly #known = new Set<string>()
  #sorted: string[] | undefined = []

  add(key: string): void {
    if (this.#known.has(key)) return
    this.#known.add(key)
    const last = this.#sorted?.at(-1)
    if (last === undefined || byteOrder(last, key) < 0) this.#sorted?.push(key)
    else this.#sorted = undefined
  }

  remove(key: string): void {
    if (!this.#known.delete(key) || this.#sorted === undefined) return
    this.#sorted.splice(
      firstIndex(this.#sorted, (other) => byteOrder(other, key) >= 0),
      1,
    )
  }

  all(): readonly string[] {
    return (this.#sorted ??= [...this.#known].toSorted(byteOrder))
  }

  /** Nothing may be added or removed meanwhile. */
  *names({ prefix, delimiter, after, inclusive = false, isListed = () => true }: NameQuery): Iterable<ListedName> {
    const sorted = this.all()
    const passed = folderOf(after, prefix, delimiter)
    let index = firstIndex(sorted, (key) => {
      if (passed !== undefined && key.startsWith(passed)) return false
      return byteOrder(key, prefix) >= 0 && byteOrder(key, after) >= (inclusive ? 0 : 1)
    })
    for (;;) {
      const key = sorted[index]
      if (key === undefined || !key.startsWith(prefix)) return
      const folder = folderOf(key, prefix, delimiter)
      if (!isListed(key)) index++
      else if (folder === undefined) {
        yield { key }
        index++
      } else {
        yield { folder }
        index = firstIndex(sorted, (other) => byteOrder(other, folder) >= 0 && !other.startsWith(folder))
      }
    }
  }
}

function folderOf(key: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === "" || !key.startsWith(prefix) ? -1 : key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

/** The index of the first key of which `isReached` is true; it must be true of all behind it too. */
function firstIndex(sorted: readonly string[], isReached: (key: string) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isReached(sorted[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
