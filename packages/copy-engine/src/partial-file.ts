import { randomBytes } from "node:crypto"
import { type FileHandle, link, lstat, open, rename, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { EngineError } from "./engine-error.ts"

/** What file systems allow of a name. */
export const MAX_NAME_BYTES = 255

/** A file that is being written, under a name of its own, and gets its real one when it is complete. */
export interface PartialFile {
  /** `NAME.<8 hex digits>.partial` beside it; without NAME where that is too long. */
  readonly path: string
  readonly handle: FileHandle
  /**
   * Gives it its name, if nobody else has that by now. The handle is to be closed before.
   * @throws EngineError `OutputExists`; SystemError
   */
  takeName(): Promise<void>
  /** Deletes it. */
  remove(): Promise<void>
}

/** Makes the file for an output that is not there: of nobody else's, however many write to the same output. @throws SystemError */
export async function createPartialFile(output: string): Promise<PartialFile> {
  const ending = `${randomBytes(4).toString("hex")}.partial`
  const name = `${basename(output)}.${ending}`
  const path = join(dirname(output), Buffer.byteLength(name) > MAX_NAME_BYTES ? ending : name)
  const handle = await open(path, "wx+", 0o600)
  return {
    path,
    handle,
    async takeName() {
      try {
        // Unlike a new name, a second one never takes the place of a file that is there.
        await link(path, output)
      } catch (error) {
        // Some file systems know no second names.
        if ((error as NodeJS.ErrnoException).code === "EEXIST" || (await isThere(output)))
          throw new EngineError("OutputExists", `${output} was made by somebody else meanwhile`, { cause: error })
        return rename(path, output)
      }
      await rm(path)
    },
    remove: () => rm(path, { force: true }),
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
