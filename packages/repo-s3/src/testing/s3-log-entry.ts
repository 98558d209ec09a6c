import type { OperationName } from "./wire/name-operation.ts"

/** A request that arrived, and what became of it. */
export interface S3LogEntry {
  readonly method: string
  readonly operation: OperationName
  /** Empty for `ListBuckets`. */
  readonly bucket: string
  /** Empty for operations on buckets. */
  readonly key: string
  /** `undefined` until there is an answer, and for good if none was sent. */
  readonly status: number | undefined
  /** Of the body, as it came over the wire. */
  readonly bytesIn: number
  /** Of the body. */
  readonly bytesOut: number
}
