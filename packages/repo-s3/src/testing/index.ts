/** An S3 server within the test's own process. */

// the server
export { startFakeS3, type FakeS3, type FakeS3Options } from "./fake-s3.ts"
export type { S3LogEntry } from "./s3-log-entry.ts"
export type { OperationName } from "./wire/name-operation.ts"
export type { S3Credentials } from "./wire/verify-signature.ts"
export type { Behaviour } from "./model/behaviour.ts"

// what is in it
export type { Bucket, BucketOptions, BucketSnapshot, Versioning } from "./model/bucket.ts"
export type { ObjectVersion } from "./model/object-version.ts"
export type { DefaultRetention, LockMode, Retention } from "./model/object-lock.ts"

// what goes wrong
export type { ChooseFault, FaultedRequest, S3Fault } from "./s3-fault.ts"
