import type { ListedObject, ListOptions, ListPage } from "./repo-store.ts"
import { StoreError } from "./store-error.ts"

/** What S3 gives at most in one page. */
export const PAGE_LIMIT = 1000

/**
 * Cuts one page out of objects offered in ascending order of their keys: leaves out what lies not behind `after`, folds
 * folders, and stops at the limit. With `folders` the names that `after` and `next` speak of are keys and folders
 * alike.
 */
export class PageCut {
  readonly #prefix: string
  readonly #after: string
  readonly #limit: number
  readonly #folds: boolean
  readonly #objects: ListedObject[] = []
  readonly #folders: string[] = []
  #last: string | undefined
  #full = false

  /** @throws StoreError `BadRange` for a limit that is not a whole number from 1 on */
  constructor(prefix: string, options: ListOptions = {}) {
    this.#prefix = prefix
    this.#after = options.after ?? ""
    this.#limit = pageLimit(options.limit)
    this.#folds = options.folders === true
  }

  /** Takes or skips the next object; `false` once the page is full and there is something left for the next one. */
  offer(object: ListedObject): boolean {
    const folder = this.folderOf(object.key)
    const name = folder ?? object.key
    if (name <= this.#after || name === this.#last) return true
    if (this.#objects.length + this.#folders.length >= this.#limit) {
      this.#full = true
      return false
    }
    if (folder === undefined) this.#objects.push(object)
    else this.#folders.push(folder)
    this.#last = name
    return true
  }

  /** The folder a key is folded into, if it is. */
  folderOf(key: string): string | undefined {
    if (!this.#folds) return undefined
    const slash = key.indexOf("/", this.#prefix.length)
    return slash < 0 ? undefined : key.slice(0, slash + 1)
  }

  /** The folder that was listed last, if nothing was listed behind it. */
  get lastFolder(): string | undefined {
    return this.#last?.endsWith("/") ? this.#last : undefined
  }

  page(dateMs: number): ListPage {
    const page = { objects: this.#objects, folders: this.#folders, dateMs }
    return this.#full && this.#last !== undefined ? { ...page, next: this.#last } : page
  }
}

/**
 * The page size to use, at most {@link PAGE_LIMIT}.
 * @throws StoreError `BadRange` for a limit that is not a whole number from 1 on
 */
export function pageLimit(limit: number | undefined): number {
  if (limit === undefined) return PAGE_LIMIT
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new StoreError("BadRange", `a page of ${limit} entries, at least 1 is needed`)
  return Math.min(limit, PAGE_LIMIT)
}
