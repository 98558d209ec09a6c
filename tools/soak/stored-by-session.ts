import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { layout, type SessionId } from "@bcopy/chain-format"
import { folderStore } from "@bcopy/repo-fs"
import { placeOf } from "../../packages/copy-engine/src/bring-point.ts"
import { storedBlocks } from "../../packages/copy-engine/src/testing/stored-blocks.ts"
import { openFolder } from "../proof/open-folder.ts"
import { named } from "./trial-folder.ts"

/** How often each session of a trial has stored each block, by id: whatever lies in data packs, wanted by a point or not. */
export async function storedBySession(path: string): Promise<ReadonlyMap<SessionId, ReadonlyMap<string, number>>> {
  const { repository } = await openFolder(path)
  const store = folderStore({ path })
  const [, job, , workload] = named
  const { backup } = placeOf(repository, job, workload)
  const folder = join(path, "backups", backup, "packs")
  const sessions = (await readdir(folder).catch(() => [])) as SessionId[]
  const stored = new Map<SessionId, ReadonlyMap<string, number>>()
  for (const session of sessions)
    stored.set(session, await storedBlocks(repository, store, repository.blockBytes, layout.packs(backup, session)))
  return stored
}

/** Blocks that are stored more than once, in whatever sessions. */
export function storedTwice(stored: Iterable<ReadonlyMap<string, number>>): readonly string[] {
  const all = new Map<string, number>()
  for (const blocks of stored) for (const [id, times] of blocks) all.set(id, (all.get(id) ?? 0) + times)
  return [...all].flatMap(([id, times]) => (times > 1 ? [id] : []))
}
