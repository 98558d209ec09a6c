import type { FileSystem } from "./file-system.ts"
import { systemCode } from "./file-failure.ts"
import type { RootFolder } from "./root-folder.ts"

/**
 * Makes the folders of a repository, and makes them durable. A name in a folder survives a power cut once the folder is
 * synced, and the folder itself once the one above it is. Who made a folder may have died before syncing, so each
 * process syncs the way up once for each folder it puts something into, and again if the folder is another one than
 * then.
 */
export class DurableFolders {
  readonly #root: RootFolder
  readonly #files: FileSystem
  readonly #mode: number
  readonly #known = new Map<string, string>()

  constructor(root: RootFolder, files: FileSystem, mode: number) {
    this.#root = root
    this.#files = files
    this.#mode = mode
  }

  /** Makes a folder and those above it, up to the repository's own, which must be there. */
  async make(folder: string): Promise<void> {
    for (let slash = folder.indexOf("/"); slash >= 0; slash = folder.indexOf("/", slash + 1)) {
      await this.#makeOne(folder.slice(0, slash))
    }
    await this.#makeOne(folder)
  }

  /** Makes what was put into a folder durable. */
  async sync(folder: string): Promise<void> {
    const { device, inode, bornNs } = await this.#files.syncFolder(this.#root.at(folder))
    const identity = `${device}:${inode}:${bornNs}`
    if (folder === "" || this.#known.get(folder) === identity) return
    await this.sync(folder.slice(0, Math.max(folder.lastIndexOf("/"), 0)))
    this.#known.set(folder, identity)
  }

  /** Removes a folder and those above it as long as they are empty. Whoever fills one meanwhile makes it again. */
  async removeEmpty(folder: string): Promise<void> {
    try {
      for (let rest = folder; rest !== ""; rest = rest.slice(0, Math.max(rest.lastIndexOf("/"), 0))) {
        await this.#files.removeFolder(this.#root.at(rest))
        this.#known.delete(rest)
      }
    } catch {
      // Not empty, or not ours to remove: an empty folder is not listed anyway.
    }
  }

  async #makeOne(folder: string): Promise<void> {
    try {
      await this.#files.makeFolder(this.#root.at(folder), this.#mode)
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error
    }
  }
}
