import type { ContentHash } from "./content-hash.ts"
import { FormatError, isFormatError } from "./format-error.ts"
import { equalBytes, toHex } from "./hex.ts"
import { decodeInnerPage, type InnerPage, type InnerType } from "./inner-page.ts"
import { decodeLeafPage, type LeafPage } from "./leaf-page.ts"
import type { PagePointer } from "./page.ts"
import { decodeTableLeaf, type TableLeaf } from "./pack-table-page.ts"
import type { Sha256 } from "./seal-suite.ts"

/** Gives the plain bytes of pages: the only thing that map and table readers ask of the outside. */
export interface PageBytes {
  /** The opened slot that the pointer names, or with `oldest` that of the pack's oldest version. Rejects if it cannot be had. */
  read(pointer: PagePointer, options?: { readonly oldest?: boolean }): Promise<Uint8Array>
  /** Says that these pages will be read soon, so that neighbours can be fetched together. */
  prefetch(pointers: readonly PagePointer[]): Promise<void>
}

/** Decoded pages, each proven to be the one its pointer names. All methods reject with `FormatError` if it is not. */
export interface PageReader {
  leaf(pointer: PagePointer, index: number): Promise<LeafPage>
  inner(type: InnerType, pointer: PagePointer, level: number, index: number): Promise<InnerPage>
  tableLeaf(pointer: PagePointer, index: number): Promise<TableLeaf>
  prefetch(pointers: readonly PagePointer[]): Promise<void>
}

/** Reads pages and holds each against its pointer's digest: docs/format.md, Pages. */
export function pageReader(bytes: PageBytes, { hash, sha256 }: { hash: ContentHash; sha256: Sha256 }): PageReader {
  const prove = (pointer: PagePointer, digest: Uint8Array, what: string) => {
    if (!equalBytes(pointer.digest, digest))
      throw new FormatError(
        "Inconsistent",
        `${what} has digest ${toHex(digest)}, its pointer says ${toHex(pointer.digest)}`,
      )
  }
  /** What is not the page that its pointer names is read once more, by its oldest version, before anybody calls it damage. */
  const read = async <Page>(pointer: PagePointer, decode: (plain: Uint8Array) => Page): Promise<Page> => {
    try {
      return decode(await bytes.read(pointer))
    } catch (error) {
      if (!isFormatError(error) || error.code === "Missing") throw error
      return decode(await bytes.read(pointer, { oldest: true }))
    }
  }
  return {
    prefetch: (pointers) => bytes.prefetch(pointers),
    leaf: (pointer, index) =>
      read(pointer, (plain) => {
        const leaf = decodeLeafPage(index, plain)
        prove(pointer, hash.leaf(leaf.ids), `mapLeaf page 0/${index}`)
        return leaf
      }),
    inner: (type, pointer, level, index) =>
      read(pointer, (plain) => {
        const page = decodeInnerPage(type, level, index, plain)
        const digest =
          type === "tableInner"
            ? sha256(plain)
            : hash.inner(
                level,
                page.children.map((child) => child?.digest),
              )
        prove(pointer, digest, `${type} page ${level}/${index}`)
        return page
      }),
    tableLeaf: (pointer, index) =>
      read(pointer, (plain) => {
        prove(pointer, sha256(plain), `tableLeaf page 0/${index}`)
        return decodeTableLeaf(index, plain)
      }),
  }
}
