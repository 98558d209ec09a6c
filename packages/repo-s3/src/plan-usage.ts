import type { S3Usage } from "./s3-usage.ts"

/** Requests of an increment beside packs and map pages, where versions are kept, and beats of a few minutes. */
const POINT_LISTS = 8
const POINT_READS = 8
const POINT_WRITES = 8
/** Map pages of a full take less than this share of it. */
const MAP_SHARE = 0.002

/** What a plan is going to store. */
export interface PlannedStorage {
  /** Bytes of each new point, compressed. */
  readonly pointBytes: readonly number[]
  readonly packBytes: number
}

/** What storing points will about ask of a bucket: a usage as a run would have, to be priced. */
export function planUsage({ pointBytes, packBytes }: PlannedStorage): S3Usage {
  const bytes = pointBytes.reduce((sum, one) => sum + one * (1 + MAP_SHARE), 0)
  const packs = pointBytes.reduce((sum, one) => sum + Math.ceil(one / packBytes) + 1, 0)
  const points = pointBytes.length
  return {
    requests: {
      PutObject: packs + points * POINT_WRITES,
      GetObject: points * POINT_READS,
      ListObjectVersions: points * POINT_LISTS,
    },
    bytesSent: Math.ceil(bytes),
    bytesReceived: 0,
  }
}
