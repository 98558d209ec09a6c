import { resolve } from "node:path"
import { fileFailure, saysAbsent } from "./file-failure.ts"
import { nodeFileSystem } from "./node-file-system.ts"
import { TEMPORARY_FOLDER, temporaryName } from "./temporary-file.ts"

/** No creation takes so long. */
const LEFT_BEHIND_MS = 24 * 60 * 60 * 1000

/**
 * Removes files that crashed processes left in `tmp/`: those named as ours and last written more than a day before
 * `nowMs` (milliseconds since 1970, by the store's clock). Gives the number removed. Objects are not touched: a file
 * linked to its key before the crash keeps that name.
 * @throws StoreError
 */
export async function sweepTemporary(path: string, nowMs: number): Promise<number> {
  const folder = `${resolve(path)}/${TEMPORARY_FOLDER}`
  let removed = 0
  try {
    for (const { name, kind } of await nodeFileSystem.readFolder(folder)) {
      if (kind !== "file" || !temporaryName.test(name)) continue
      const { modifiedAtMs } = await nodeFileSystem.facts(`${folder}/${name}`)
      if (nowMs - modifiedAtMs <= LEFT_BEHIND_MS) continue
      await nodeFileSystem.unlink(`${folder}/${name}`)
      removed += 1
    }
  } catch (error) {
    if (!saysAbsent(error)) throw fileFailure(error, `sweep ${folder}`)
  }
  return removed
}
