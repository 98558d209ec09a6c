import { ByteWriter } from "./byte-writer.ts"
import { toHex } from "./hex.ts"
import { ID_BYTES } from "./limits.ts"

/** Sixteen bytes in lower-case hex: docs/format.md, Ids. */
export type Id<Of extends string> = string & { readonly __id: Of }
export type RepositoryId = Id<"repository">
export type BackupId = Id<"backup">
export type WorkloadId = Id<"workload">
export type SessionId = Id<"session">
export type PointId = Id<"point">

/** HMAC-SHA-256 (RFC 2104) under the repository's id key: 32 bytes. */
export type IdMac = (message: Uint8Array) => Uint8Array

/** The id of a backup, computed from the first name of its job. */
export function backupIdOf(mac: IdMac, job: string): BackupId {
  return derive(mac, "bcopy-backup", undefined, job) as BackupId
}

/** The id of a workload within a backup, computed from its first name. */
export function workloadIdOf(mac: IdMac, backup: BackupId, workload: string): WorkloadId {
  return derive(mac, "bcopy-workload", backup, workload) as WorkloadId
}

/** An id from 16 random bytes. */
export function randomId<Of extends string>(bytes: Uint8Array): Id<Of> {
  return toHex(bytes.subarray(0, ID_BYTES)) as Id<Of>
}

/** docs/format.md, Ids: HMAC over label ‖ 0 ‖ [backup id] ‖ name, cut to 16 bytes. */
function derive(mac: IdMac, label: string, backup: string | undefined, name: string): string {
  const text = new TextEncoder()
  const writer = new ByteWriter().bytes(text.encode(label)).u8(0)
  if (backup !== undefined) writer.bytes(text.encode(backup))
  return toHex(mac(writer.bytes(text.encode(name)).view()).subarray(0, ID_BYTES))
}
