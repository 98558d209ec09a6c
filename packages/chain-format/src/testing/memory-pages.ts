import { FormatError } from "../format-error.ts"
import type { PageRecord } from "../pack-footer.ts"
import type { PagePointer } from "../page.ts"
import type { PageBytes } from "../page-reader.ts"
import type { PageSink } from "../page-sink.ts"

/** A page that was written and not dropped. */
export interface StoredPage {
  readonly pointer: PagePointer
  readonly record: PageRecord
}

/** Pages in memory, pack by pack, with an account of those in use: what a session's map packs would hold. */
export interface MemoryPages extends PageBytes, PageSink {
  /** Pages written and not dropped, by `nameOf`. */
  readonly live: ReadonlyMap<string, StoredPage>
  readonly written: number
  readonly reads: number
  /** Begins the next pack and gives its number. */
  nextPack(): number
}

/** Tells one stored page from another. */
export function nameOf(pointer: PagePointer): string {
  return `${pointer.pack}.${pointer.offset}`
}

/** An empty store of pages. A page that is dropped twice, or was never written, throws. */
export function memoryPages(): MemoryPages {
  const bytes = new Map<string, Uint8Array>()
  const live = new Map<string, StoredPage>()
  let pack = 0
  let offset = 24
  let written = 0
  let reads = 0
  return {
    live,
    get written() {
      return written
    },
    get reads() {
      return reads
    },
    nextPack() {
      offset = 24
      return ++pack
    },
    async write(record, page, digest) {
      const pointer = { pack, offset, length: page.length + 32, digest }
      offset += pointer.length
      written++
      bytes.set(nameOf(pointer), new Uint8Array(page))
      live.set(nameOf(pointer), { pointer, record })
      return pointer
    },
    drop(pointer) {
      if (!live.delete(nameOf(pointer))) throw new Error(`page ${nameOf(pointer)} is dropped and not in use`)
    },
    async read(pointer) {
      reads++
      const page = bytes.get(nameOf(pointer))
      if (page === undefined) throw new FormatError("Missing", `page ${nameOf(pointer)} was never written`)
      return page
    },
    async prefetch() {},
  }
}
