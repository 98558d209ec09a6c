import { type BackupId, layout, type SessionId } from "@bcopy/chain-format"
import type { Repository } from "../repository.ts"

/** docs/design.md, Reclaim: who empties sparse packs is let be for so long after its newest sign of life. */
const RECLAIMER_MS = 60 * 60_000

/** Sessions that empty sparse packs, as far as they may be alive. */
export async function* reclaimers(
  { store, storeTime }: Pick<Repository, "store" | "storeTime">,
  backup: BackupId,
  options: { readonly signal?: AbortSignal } = {},
): AsyncIterable<SessionId> {
  const prefix = layout.reclaimers(backup)
  for (let after: string | undefined; ;) {
    const page = await store.list(prefix, { ...(after !== undefined && { after }), ...options })
    storeTime.observe(page.dateMs)
    for (const { key, modifiedAtMs } of page.objects)
      if (page.dateMs - modifiedAtMs < RECLAIMER_MS) yield key.slice(prefix.length, prefix.length + 32) as SessionId
    if (page.next === undefined) return
    after = page.next
  }
}
