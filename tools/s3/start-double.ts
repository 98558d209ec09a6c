import { type FakeS3, type FakeS3Options, startFakeS3 } from "../../packages/repo-s3/src/testing/index.ts"

/** The S3 server in this process, with the buckets that `makeBuckets` makes elsewhere. */
export function startDouble(behaviour: FakeS3Options = {}): Promise<FakeS3> {
  const buckets = {
    plain: { versioning: "off", objectLock: false },
    versioned: { versioning: "enabled", objectLock: false },
    locked: { versioning: "enabled", objectLock: true },
  } as const
  return startFakeS3({ buckets, ...behaviour })
}
