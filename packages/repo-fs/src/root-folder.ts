import { StoreError } from "@bcopy/repo"
import { fileFailure } from "./file-failure.ts"
import type { FileSystem } from "./file-system.ts"

/**
 * The folder that a repository lies in, remembered by device and inode from its first use on. A mount that went away
 * leaves an empty folder behind, in which everything seems absent: so nothing is called absent, and nothing is made,
 * unless the folder is still the one it was.
 */
export class RootFolder {
  readonly path: string
  readonly #files: FileSystem
  #identity: string | undefined

  constructor(path: string, files: FileSystem) {
    this.path = path
    this.#files = files
  }

  /** The path of a key or folder inside. */
  at(key: string): string {
    return `${this.path}/${key}`
  }

  /** @throws StoreError `Unavailable` if the folder is gone or another one */
  async check(): Promise<void> {
    const what = `${this.path}: the repository's folder`
    // The dot makes lstat follow a link to the folder itself.
    const facts = await this.#files.facts(`${this.path}/.`).catch((error: unknown) => {
      const failure = fileFailure(error, what)
      throw new StoreError("Unavailable", failure.message, { cause: error, hint: "is it mounted?" })
    })
    const identity = `${facts.device}:${facts.inode}`
    this.#identity ??= identity
    if (identity !== this.#identity)
      throw new StoreError("Unavailable", `${what} is another one than before (${identity}, was ${this.#identity})`, {
        hint: "was something unmounted or mounted here?",
      })
  }
}
