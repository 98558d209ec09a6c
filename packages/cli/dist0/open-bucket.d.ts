import type { S3Store } from "@bcopy/repo-s3";
import type { Call } from "./cli-command.ts";
/** What is needed of a call to open a bucket. */
export type BucketCall = Pick<Call, "io" | "signal" | "buckets" | "options">;
/**
 * Opens the bucket that an address names, once for a run. Where neither the address nor its settings say it, endpoint,
 * region and credentials are those of the AWS tools. @throws CliError `Usage` for what names no place; StoreError
 */
export declare function openBucket(text: string, call: BucketCall): Promise<S3Store>;
//# sourceMappingURL=open-bucket.d.ts.map