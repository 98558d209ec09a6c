import { createHash } from "node:crypto"
import type { Retention } from "./object-lock.ts"

/** What was said of an object when it was put, and is said again when it is read. */
export interface ObjectTraits {
  /** `content-type`, `x-amz-meta-…` and the like, by the names of their headers. */
  readonly headers: Readonly<Record<string, string>>
  readonly storageClass: string
  /** The `x-amz-server-side-encryption…` headers of the answers, that of a customer's key too. */
  readonly encryption: Readonly<Record<string, string>>
}

/** A version of a key; never changed, only replaced. */
export interface ObjectVersion extends ObjectTraits {
  readonly key: string
  /** `null` where the bucket kept no versions when it was made. */
  readonly id: string
  /** Ascends in the order of making, within a bucket. */
  readonly sequence: number
  /** `undefined`: a delete marker. */
  readonly bytes: Buffer | undefined
  /** Without its quotes. */
  readonly etag: string
  readonly checksums: Readonly<Record<string, string>>
  readonly modifiedAtMs: number
  readonly retention: Retention | undefined
  /** `undefined` if there never was a legal hold. */
  readonly held: boolean | undefined
}

/** What is given to a bucket to make a version of. */
export type NewVersion = Partial<Omit<ObjectVersion, "id" | "sequence">> & Pick<ObjectVersion, "key" | "modifiedAtMs">

/** An id that tells nobody but the fake when it was made: ids do not ascend. */
export function makeVersionId(bucketName: string, sequence: number): string {
  const salt = createHash("md5").update(`${bucketName} ${sequence}`).digest("hex").slice(0, 24)
  return salt + sequence.toString(36).padStart(8, "0")
}

/** The sequence in an id; `undefined` if it is none of the fake's. */
export function sequenceOf(bucketName: string, id: string): number | undefined {
  const sequence = Number.parseInt(id.slice(24), 36)
  return makeVersionId(bucketName, sequence) === id ? sequence : undefined
}
