import type { ContentHash } from "./content-hash.ts"
import type { FetchLimits } from "./fetch-limits.ts"
import type { IdMac, RepositoryId } from "./ids.ts"
import type { EntryTag } from "./layout.ts"
import type { Codec, SealSuite, Sha256 } from "./seal-suite.ts"

/** A repository as its readers see it: bytes by key, and the means to open them. Everything is passed in. */
export interface RepositoryView {
  /** What to call it in a message, without secrets. */
  readonly name: string
  readonly repository: RepositoryId
  readonly suite: SealSuite
  /**
   * Opens what nothing trusted names by its digest: the newest entries of logs, and beats. What is sealed under an epoch
   * that a rotation has ended is `Unopenable` by it; `suite` if absent. docs/format.md, Rotations
   */
  readonly strictSuite?: SealSuite
  /** Whether the keys are of before a rotation: what newer ones have sealed is passed over, nothing is written. */
  readonly isOutdated?: boolean
  readonly codec: Codec
  readonly sha256: Sha256
  readonly hash: ContentHash
  readonly idMac: IdMac
  /** Tags of entry names; absent in a clear repository. */
  readonly entryTag?: EntryTag
  /** How slots and pages are best fetched; as from a store nearby if absent. */
  readonly fetch?: FetchLimits

  /** A whole object by its oldest version; `undefined` if it is proven absent. Rejects if that is not known. */
  read(key: string, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array | undefined>
  /** A pack or a range of it, plainly; with `oldest` by its oldest version. */
  readPack(key: string, options?: ReadPackBytesOptions): Promise<Uint8Array | undefined>
  /**
   * Whether what names an unknown epoch is a forgery: the key at hand is still the one in force, so nobody can have sealed
   * anything under another. `NeedsKey` proves nothing by itself; absent, it never does.
   */
  isForged?(error: unknown, options?: { readonly signal?: AbortSignal }): Promise<boolean>
  /** One page of keys, or of folders, in ascending order. */
  list(prefix: string, options?: ListKeysOptions): Promise<KeyPage>
}

export interface ReadPackBytesOptions {
  readonly range?: { readonly offset: number; readonly length: number }
  readonly oldest?: boolean
  /** Memory that the bytes may be put into, if they fit: the answer is then a view of it. */
  readonly into?: Uint8Array
  /** Told how many bytes from its beginning on `into` holds, whenever there are more; nothing may be told. */
  readonly onFilled?: (bytes: number) => void
  readonly signal?: AbortSignal
}

export interface ListKeysOptions {
  readonly after?: string
  readonly limit?: number
  readonly folders?: boolean
  readonly signal?: AbortSignal
}

export interface KeyPage {
  readonly keys: readonly string[]
  readonly folders: readonly string[]
  /** Pass as `after` for the next page; absent on the last. */
  readonly next?: string
}

/** All folders directly below a prefix, as the last part of their names. */
export async function* listFolders(
  view: RepositoryView,
  prefix: string,
  options: { readonly signal?: AbortSignal } = {},
): AsyncIterable<string> {
  for (let after: string | undefined; ;) {
    const page: KeyPage = await view.list(prefix, { folders: true, ...(after !== undefined && { after }), ...options })
    for (const folder of page.folders) yield folder.slice(prefix.length, -1)
    if (page.next === undefined) return
    after = page.next
  }
}
