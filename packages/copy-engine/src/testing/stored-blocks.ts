import { decodePackHeader, openDataPack } from "@bcopy/chain-format"
import type { RepoStore } from "@bcopy/repo"
import { parseObjectKey } from "@bcopy/repo"
import type { Repository } from "../repository.ts"

/** How often each block of a repository is stored, over all its data packs (or those below a prefix), by id. */
export async function storedBlocks(
  repository: Repository,
  store: RepoStore,
  blockBytes: number,
  prefix = "backups/",
): Promise<Map<string, number>> {
  const times = new Map<string, number>()
  const { view } = repository
  for (let after: string | undefined; ;) {
    const page = await store.list(prefix, after === undefined ? {} : { after })
    for (const { key } of page.objects) {
      if (!key.includes("/packs/")) continue
      const object = await store.read(parseObjectKey(key))
      if (object === undefined || decodePackHeader(object.bytes).kind !== "dataPack") continue
      const pack = openDataPack(object.bytes, { ...view, objectKey: key })
      for (let slot = 0; slot < pack.slots.length; slot++) {
        const plain = pack.open(slot)
        for (let at = 0; at < plain.length; at += blockBytes) {
          const id = Buffer.from(view.sha256(plain.subarray(at, at + blockBytes))).toString("hex")
          times.set(id, (times.get(id) ?? 0) + 1)
        }
      }
    }
    if (page.next === undefined) return times
    after = page.next
  }
}
