import { PART_BYTES } from "./create-in-parts.ts"
import { MULTIPART_BYTES } from "./create-object.ts"
import type { S3Usage } from "./s3-usage.ts"

/** Requests of an increment beside packs and map pages, where versions are kept, and beats of a few minutes. */
const POINT_LISTS = 8
const POINT_READS = 8
const POINT_WRITES = 8
/** Map pages of a full take less than this share of it. */
const MAP_SHARE = 0.002

/** Requests that read a pack, as restores are held to. */
const READS_PER_PACK = 1.3
/** The most that one read asks for. */
const READ_BYTES = 34 << 20
/** Lists that open a repository. */
const OPENING_LISTS = 4

/** What a plan is going to store, or to read. */
export interface PlannedStorage {
  /** Bytes of each new point, compressed. */
  readonly pointBytes: readonly number[]
  readonly packBytes: number
}

/** What storing points will about ask of a bucket: a usage as a run would have, to be priced. */
export function planUsage({ pointBytes, packBytes }: PlannedStorage): S3Usage {
  const bytes = pointBytes.reduce((sum, one) => sum + one * (1 + MAP_SHARE), 0)
  const packs = packsOf({ pointBytes, packBytes })
  const points = pointBytes.length
  const inParts = packBytes > MULTIPART_BYTES
  return {
    requests: {
      PutObject: (inParts ? points : packs) + points * POINT_WRITES,
      ...(inParts && {
        CreateMultipartUpload: packs,
        UploadPart: Math.ceil(bytes / PART_BYTES) + points,
        CompleteMultipartUpload: packs,
      }),
      GetObject: points * POINT_READS,
      ListObjectVersions: points * POINT_LISTS,
    },
    bytesSent: Math.ceil(bytes),
    bytesReceived: 0,
  }
}

/** What reading points out of a bucket will about ask of it, to be priced: the other side of a copy. */
export function planReadUsage({ pointBytes, packBytes }: PlannedStorage): S3Usage {
  const bytes = pointBytes.reduce((sum, one) => sum + one * (1 + MAP_SHARE), 0)
  const ranges = Math.max(packsOf({ pointBytes, packBytes }), Math.ceil(bytes / READ_BYTES))
  const points = pointBytes.length
  return {
    requests: {
      GetObject: Math.ceil(ranges * READS_PER_PACK) + points * POINT_READS,
      ListObjectVersions: OPENING_LISTS,
    },
    bytesSent: 0,
    bytesReceived: Math.ceil(bytes),
  }
}

/** A point's last pack is seldom full. */
function packsOf({ pointBytes, packBytes }: PlannedStorage): number {
  return pointBytes.reduce((sum, one) => sum + Math.ceil(one / packBytes) + 1, 0)
}
