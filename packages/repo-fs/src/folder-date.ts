import type { Clock } from "@bcopy/repo"
import { fileFailure, saysAbsent } from "./file-failure.ts"
import type { FileSystem } from "./file-system.ts"
import type { RootFolder } from "./root-folder.ts"
import { removeTemporary, writeTemporary } from "./temporary-file.ts"

/**
 * The time of the file system, which on a network share is the server's: that of a file just made. Where nothing can
 * be written it is the machine's.
 */
export class FolderDate {
  readonly #files: FileSystem
  readonly #root: RootFolder
  readonly #modes: { file: number; folder: number }
  readonly #clock: Pick<Clock, "now">
  #aheadMs: number | undefined

  constructor(files: FileSystem, root: RootFolder, modes: { file: number; folder: number }, clock: Pick<Clock, "now">) {
    this.#files = files
    this.#root = root
    this.#modes = modes
    this.#clock = clock
  }

  /** Asks the file system, in milliseconds since 1970. */
  async measure(): Promise<number> {
    await this.#root.check()
    try {
      const { path, facts } = await writeTemporary(this.#files, this.#root, this.#modes)
      await removeTemporary(this.#files, path)
      this.learn(facts.modifiedAtMs)
      return facts.modifiedAtMs
    } catch (error) {
      const failure = fileFailure(error, `date ${this.#root.path}`)
      if (failure.code === "Unavailable" && !saysAbsent(error)) throw failure
      this.#aheadMs ??= 0
      return this.#clock.now()
    }
  }

  /** The machine's clock, corrected by what the file system said last: costs nothing. */
  async estimate(): Promise<number> {
    if (this.#aheadMs === undefined) return this.measure()
    return this.#clock.now() + this.#aheadMs
  }

  /** The file system just dated something `dateMs`. */
  learn(dateMs: number): void {
    this.#aheadMs = dateMs - this.#clock.now()
  }
}
