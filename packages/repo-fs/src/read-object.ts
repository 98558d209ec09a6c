import type { ReadOptions, ReadResult } from "@bcopy/repo"
import { cutRange, StoreError } from "@bcopy/repo"
import { notRegular } from "./create-object.ts"
import { fileFailure, saysAbsent, systemCode } from "./file-failure.ts"
import type { FileFacts, FileSystem, FileToRead } from "./file-system.ts"
import type { RootFolder } from "./root-folder.ts"

/** The bytes of an object or of a range of it; `undefined` if there is none in the folder that is still the same. */
export async function readObject(
  files: FileSystem,
  root: RootFolder,
  key: string,
  { range, into }: Pick<ReadOptions, "range" | "into">,
): Promise<ReadResult | undefined> {
  const what = `read ${root.at(key)}`
  const file = await openOrAbsent(files, root, key, what)
  if (file === undefined) return undefined
  try {
    const facts = await file.facts()
    if (!(await isObject(root, facts, what))) return undefined
    const { start, end } = cutRange(range, facts.sizeBytes, what)
    const bytes = await file.read(start, end - start, into)
    if (bytes.length !== end - start)
      throw new StoreError(
        "Unavailable",
        `${what}: ${bytes.length} bytes of ${end - start}, it shrank while it was read`,
      )
    return { bytes, objectBytes: facts.sizeBytes, modifiedAtMs: facts.modifiedAtMs }
  } catch (error) {
    throw fileFailure(error, what)
  } finally {
    await file.close()
  }
}

/** The facts of an object; `undefined` if there is none in the folder that is still the same. */
export async function findObject(files: FileSystem, root: RootFolder, key: string): Promise<FileFacts | undefined> {
  const what = `read ${root.at(key)}`
  try {
    const facts = await files.facts(root.at(key))
    return (await isObject(root, facts, what)) ? facts : undefined
  } catch (error) {
    return absentOrThrow(root, error, what)
  }
}

/** A folder is no object: the key is absent. Anything else that is not a plain file is nothing to guess about. */
async function isObject(root: RootFolder, facts: FileFacts, what: string): Promise<boolean> {
  if (facts.kind === "file") return true
  if (facts.kind !== "folder") throw notRegular(what, facts)
  await root.check()
  return false
}

async function openOrAbsent(
  files: FileSystem,
  root: RootFolder,
  key: string,
  what: string,
): Promise<FileToRead | undefined> {
  try {
    return await files.openFile(root.at(key))
  } catch (error) {
    if (systemCode(error) === "ELOOP") throw notRegular(what, { kind: "link" }, error)
    return absentOrThrow(root, error, what)
  }
}

async function absentOrThrow(root: RootFolder, error: unknown, what: string): Promise<undefined> {
  if (!saysAbsent(error)) throw fileFailure(error, what)
  await root.check()
  return undefined
}
