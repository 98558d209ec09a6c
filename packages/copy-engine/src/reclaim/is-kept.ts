import { type BackupId, layout, type SessionId } from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import type { Repository } from "../repository.ts"
import type { CondemnedPacks } from "./condemned-packs.ts"

/**
 * Whether the store would not delete a pack that nothing needs: it is locked, or held. Asked of packs where there are locks, and of
 * those that it would not delete before.
 */
export async function isKept(
  { store, storeTime }: Repository,
  backup: BackupId,
  { session, number }: { readonly session: SessionId; readonly number: number },
  wasLeft: CondemnedPacks,
  options: { readonly signal?: AbortSignal },
): Promise<boolean> {
  if (!store.capabilities.objectLock && !wasLeft.has(session, number)) return false
  const head = await store.head(parseObjectKey(layout.pack(backup, session, number)), options)
  return head?.held === true || (head?.retainUntilMs ?? 0) > storeTime.now()
}
