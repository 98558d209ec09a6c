import { randomBytes } from "node:crypto"
import { openRepository, type Repository, systemClock } from "@bcopy/copy-engine"
import { folderStore } from "@bcopy/repo-fs"
import { type StoreCounts, withCount } from "@bcopy/repo"

/** Opens a repository in a folder, for what the program has no command for; its requests are counted from then on. */
export async function openFolder(path: string): Promise<{ repository: Repository; counts: StoreCounts }> {
  const { store, counts } = withCount(folderStore({ path }))
  const random = (count: number) => Uint8Array.from(randomBytes(count))
  return { repository: await openRepository(store, { clock: systemClock, random }), counts }
}
