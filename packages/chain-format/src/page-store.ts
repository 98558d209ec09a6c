import { nearFetch } from "./fetch-limits.ts"
import { FormatError, isFormatError, withKey } from "./format-error.ts"
import type { BackupId } from "./ids.ts"
import { layout } from "./layout.ts"
import type { MapPackRef } from "./map-pack.ts"
import type { PagePointer } from "./page.ts"
import type { PageBytes } from "./page-reader.ts"
import type { RepositoryView } from "./repository-view.ts"
import { openSlot } from "./slot.ts"
import { fetchPack } from "./stored-pack.ts"

/** Plain pages kept for the next question. */
const CACHE_BYTES = 12 << 20
/** Pages are small: so much less is passed over, and fetched with one read, than of slots. */
const PART = 1 / 4

export interface PageStoreOptions {
  readonly backup: BackupId
  /** The map packs that pointers name; asked anew for every page, so that a list may grow. */
  readonly mapPack: (pack: number) => MapPackRef | undefined
  readonly signal?: AbortSignal
}

/** Fetches pages from map packs: neighbours together, each opened once while it is remembered. */
export function pageStore(view: RepositoryView, { backup, mapPack, signal }: PageStoreOptions): PageBytes {
  const { gapBytes, maxBytes } = view.fetch ?? nearFetch
  const cache = new Map<string, Uint8Array>()
  let cached = 0
  const nameOf = (pointer: PagePointer) => `${pointer.pack}.${pointer.offset}`
  const remember = (pointer: PagePointer, plain: Uint8Array) => {
    cached += plain.length - (cache.get(nameOf(pointer))?.length ?? 0)
    cache.set(nameOf(pointer), plain)
    for (const [name, page] of cache) {
      if (cached <= CACHE_BYTES) break
      cache.delete(name)
      cached -= page.length
    }
  }

  const fetchRange = async (pack: MapPackRef, offset: number, length: number, oldest: boolean) => {
    const key = layout.pack(backup, pack.session, pack.number)
    return fetchPack(view, key, { range: { offset, length }, oldest, ...(signal && { signal }) })
  }

  const open = (pack: MapPackRef, { length }: PagePointer, bytes: Uint8Array) => {
    const key = layout.pack(backup, pack.session, pack.number)
    const opening = view.suite.openByHint("mapPack", key, pack.hint)
    return withKey(key, () => openSlot(bytes, { opening, codec: view.codec, length }).plain)
  }

  const packOf = (pointer: PagePointer) => {
    const pack = mapPack(pointer.pack)
    if (pack === undefined)
      throw new FormatError("Inconsistent", `page pointer into map pack ${pointer.pack}, which is not listed`)
    return pack
  }

  const read = async (pointer: PagePointer, { oldest = false } = {}) => {
    const known = oldest ? undefined : cache.get(nameOf(pointer))
    if (known !== undefined) return known
    const pack = packOf(pointer)
    const plain = open(pack, pointer, await fetchRange(pack, pointer.offset, pointer.length, oldest))
    remember(pointer, plain)
    return plain
  }

  return {
    read,
    async prefetch(pointers) {
      const wanted = pointers
        .filter((pointer) => !cache.has(nameOf(pointer)))
        .toSorted((a, b) => a.pack - b.pack || a.offset - b.offset)
      for (let first = 0; first < wanted.length;) {
        const start = wanted[first] as PagePointer
        let end = start.offset + start.length
        let next = first + 1
        for (; next < wanted.length; next++) {
          const page = wanted[next] as PagePointer
          if (page.pack !== start.pack || page.offset - end > gapBytes * PART) break
          if (page.offset + page.length - start.offset > maxBytes * PART) break
          end = Math.max(end, page.offset + page.length)
        }
        if (next > first + 1) await fetchTogether(start, end, wanted.slice(first, next))
        first = next
      }
    },
  }

  async function fetchTogether(start: PagePointer, end: number, pages: readonly PagePointer[]): Promise<void> {
    const pack = packOf(start)
    const bytes = await fetchRange(pack, start.offset, end - start.offset, false)
    for (const page of pages) {
      try {
        const at = page.offset - start.offset
        // A copy: the range would stay in memory as long as any page of it.
        remember(page, new Uint8Array(open(pack, page, bytes.subarray(at, at + page.length))))
      } catch (error) {
        // `read` will come for it, and say what is wrong.
        if (!isFormatError(error)) throw error
      }
    }
  }
}
