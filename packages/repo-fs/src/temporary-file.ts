import { randomBytes } from "node:crypto"
import type { FileFacts, FileSystem } from "./file-system.ts"
import { saysAbsent, systemCode } from "./file-failure.ts"
import type { RootFolder } from "./root-folder.ts"

/** The folder of files that are not objects yet; never data. */
export const TEMPORARY_FOLDER = "tmp"

/** What our temporary files are called, so that nothing else is ever swept. */
export const temporaryName = /^bcopy-[0-9a-f]{24}$/

export interface TemporaryFile {
  readonly path: string
  readonly facts: FileFacts
}

/**
 * Writes `bytes` to a new file in `tmp/` and makes its content durable; without `bytes` the file is empty and only its
 * facts are wanted. The caller removes it.
 */
export async function writeTemporary(
  files: FileSystem,
  root: RootFolder,
  modes: { file: number; folder: number },
  bytes?: Uint8Array,
): Promise<TemporaryFile> {
  const path = root.at(`${TEMPORARY_FOLDER}/bcopy-${randomBytes(12).toString("hex")}`)
  const file = await files.makeFile(path, modes.file).catch(async (error: unknown) => {
    if (!saysAbsent(error)) throw error
    // Not made yet, or cleared away; but not where the repository is not mounted.
    await root.check()
    await files.makeFolder(root.at(TEMPORARY_FOLDER), modes.folder).catch((refused: unknown) => {
      if (systemCode(refused) !== "EEXIST") throw refused
    })
    return files.makeFile(path, modes.file)
  })
  try {
    try {
      if (bytes !== undefined) {
        await file.write(bytes)
        await file.sync()
      }
      return { path, facts: await file.facts() }
    } finally {
      // A network file system may tell only now that it could not write.
      await file.close()
    }
  } catch (error) {
    await removeTemporary(files, path)
    throw error
  }
}

/** A leftover is harmless: `sweepTemporary` removes it some day. */
export async function removeTemporary(files: FileSystem, path: string): Promise<void> {
  await files.unlink(path).catch(() => undefined)
}
