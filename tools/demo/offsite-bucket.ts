import { addressOf, pointProgramsAt } from "../s3/test-bucket.ts"
import { clearFolder } from "../s3/clear-folder.ts"
import { openUserBucket } from "../s3/open-user-bucket.ts"
import { startFakeS3 } from "../../packages/repo-s3/src/testing/index.ts"

/** Where the demo's second repository lies. */
export interface OffsitePlace {
  /** As the program is told. */
  readonly repo: string
  /** What it is, where its name does not say it. */
  readonly described?: string
  /** Takes away what the demo has put there; gives what stays, each in words. */
  clear(): Promise<readonly string[]>
}

/**
 * A bucket: that of `BCOPY_TEST_S3_URL`, below a name of this run's own; without it one with versions, of an S3 server in this
 * process, for which nobody needs an account.
 */
export async function offsiteBucket(url = process.env["BCOPY_TEST_S3_URL"] ?? ""): Promise<OffsitePlace> {
  if (url !== "") {
    const place = await openUserBucket(url, "bcopy-demo")
    const repo = addressOf(place, "offsite/")
    return { repo, described: `${repo}, as BCOPY_TEST_S3_URL says`, clear: () => clearFolder(place) }
  }
  const { endpoint, credentials, stop } = await startFakeS3({ buckets: { demo: { versioning: "enabled" } } })
  const connection = { endpoint, region: "us-east-1", credentials }
  pointProgramsAt({ kind: "versioned", bucket: "demo", prefix: "", connection })
  return {
    repo: "s3://demo/offsite",
    described: `a bucket of an S3 server that lives as long as the demo, at ${endpoint}`,
    async clear() {
      await stop()
      return []
    },
  }
}
