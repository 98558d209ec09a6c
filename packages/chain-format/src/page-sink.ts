import type { PageRecord } from "./pack-footer.ts"
import type { PagePointer } from "./page.ts"

/** Takes the pages of a new tree and is told which old ones it no longer uses. */
export interface PageSink {
  /** Stores a page in the session's map pack. `digest` goes into the pointer. */
  write(record: PageRecord, page: Uint8Array, digest: Uint8Array): Promise<PagePointer>
  /** The tree under construction uses this page no longer. */
  drop(pointer: PagePointer): void
}
