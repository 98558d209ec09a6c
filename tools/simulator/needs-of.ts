import {
  BIRTH_KEY,
  entryKey,
  layout,
  type LivePoint,
  type LogPlace,
  pointReader,
  readManifest,
} from "@bcopy/chain-format"
import type { Repository } from "@bcopy/copy-engine"

/** Keys of all objects that a point needs: the certificate, its entry, the one that says where it lies, and every pack. */
export async function needsOf({ view }: Repository, place: LogPlace, point: LivePoint): Promise<readonly string[]> {
  const { backup, workload } = place
  const manifest = await readManifest(view, place, point)
  const log = layout.log(backup, workload)
  const keys: string[] = [BIRTH_KEY, entryKey(log, point.entry)]
  if (point.home !== undefined) keys.push(entryKey(log, point.home.entry))
  for (const { session, number } of manifest.mapPacks) keys.push(layout.pack(backup, session, number))
  for await (const { record } of pointReader(view, backup, manifest).table.records())
    keys.push(layout.pack(backup, record.session, record.number))
  return keys
}
