import { type BackupId, layout, type SessionId } from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import type { Repository } from "./repository.ts"

/**
 * Sizes of packs as they are stored, by listing what a session has stored: a request for a thousand packs instead of one for
 * each. What a list does not say is asked for by itself.
 */
export class StoredSizes {
  readonly #repository: Pick<Repository, "store">
  readonly #sessions = new Map<string, Promise<ReadonlyMap<string, number>>>()

  constructor(repository: Pick<Repository, "store">) {
    this.#repository = repository
  }

  /** Bytes of a pack; `undefined` if it is proven absent. @throws StoreError if that is not known */
  async sizeOf(
    backup: BackupId,
    {
      session,
      number,
      storedBytes,
    }: { readonly session: SessionId; readonly number: number; readonly storedBytes: number },
    signal: AbortSignal | undefined,
  ): Promise<number | undefined> {
    const prefix = layout.packs(backup, session)
    const known = this.#sessions.get(prefix) ?? this.#list(prefix, signal)
    this.#sessions.set(prefix, known)
    // A list that failed is made again by who asks next.
    known.catch(() => this.#sessions.delete(prefix))
    const key = layout.pack(backup, session, number)
    const listed = (await known).get(key)
    if (listed === storedBytes) return listed
    const abortable = signal === undefined ? {} : { signal }
    return (await this.#repository.store.head(parseObjectKey(key), abortable))?.objectBytes
  }

  async #list(prefix: string, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, number>> {
    const sizes = new Map<string, number>()
    for (let after: string | undefined; ;) {
      const page = await this.#repository.store.list(prefix, {
        ...(after !== undefined && { after }),
        ...(signal && { signal }),
      })
      for (const { key, objectBytes } of page.objects) sizes.set(key, objectBytes)
      if (page.next === undefined) return sizes
      after = page.next
    }
  }
}
