import type { Retention } from "./object-lock.ts"
import type { ObjectTraits } from "./object-version.ts"

export interface UploadedPart {
  readonly number: number
  readonly bytes: Buffer
  /** Without its quotes. */
  readonly etag: string
  readonly checksums: Readonly<Record<string, string>>
  readonly modifiedAtMs: number
}

/** What an object will be locked with. */
export interface AskedLock {
  readonly retention: Retention | undefined
  readonly held: boolean | undefined
}

/** An upload that was begun, and neither completed nor aborted. */
export interface MultipartUpload {
  readonly id: string
  readonly key: string
  readonly startedAtMs: number
  readonly traits: ObjectTraits
  readonly lock: AskedLock
  readonly parts: Map<number, UploadedPart>
}
