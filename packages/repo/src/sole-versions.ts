import type { ObjectKey } from "./object-key.ts"

/** Keys remembered at most: some pages of a listing. */
const MAX_KEYS = 4096

/**
 * Keys that a listing has just shown with a single version: who reads one next need not list it again, since it means its
 * oldest version for ever. Taken once, so that every read is judged by a listing that came after the read before.
 */
export class SoleVersions {
  readonly #versions = new Map<ObjectKey, string>()

  take(key: ObjectKey): string | undefined {
    const version = this.#versions.get(key)
    this.#versions.delete(key)
    return version
  }

  /** Told of all versions of a key, as a finished listing gave them. */
  see(key: ObjectKey, versions: readonly { readonly version: string; readonly marker: boolean }[]): void {
    this.#versions.delete(key)
    const [sole] = versions
    if (sole === undefined || sole.marker || versions.length > 1) return
    this.#versions.set(key, sole.version)
    const [first] = this.#versions.keys()
    if (this.#versions.size > MAX_KEYS && first !== undefined) this.#versions.delete(first)
  }
}
