import type { S3Address } from "./s3-address.ts"
import type { SpendingCap } from "./spending-cap.ts"

/** Where S3 is and who asks. What is absent comes from where the AWS SDK takes it: environment, profile, role. */
export interface S3Connection {
  /** URL of the service; also `AWS_ENDPOINT_URL_S3`. Absent for AWS itself. */
  readonly endpoint?: string
  /** Also `AWS_REGION`; `us-east-1` where nobody says one and the endpoint is not AWS's. */
  readonly region?: string
  /** Bucket names in the path instead of in the host name; by default everywhere but on AWS. */
  readonly pathStyle?: boolean
  /**
   * Section of the shared configuration: its region and credentials, roles assumed as it says. Its `endpoint_url` applies
   * only where `AWS_PROFILE` names it.
   */
  readonly profile?: string
  readonly credentials?: S3Credentials | (() => Promise<S3Credentials>)
  /** PEM certificates of authorities to trust beside the system's. */
  readonly ca?: string
  /** URL of an HTTP proxy; by default what `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say. */
  readonly proxy?: string
  /** Lets data pass unencrypted to other machines. To this one it always may. */
  readonly allowPlaintext?: boolean
  /** Connections kept at most; 64 by default. */
  readonly connections?: number
}

export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** Asked for anew before then. */
  readonly expiration?: Date
}

/** Classes from which an object can be read at once. */
export type S3StorageClass = "STANDARD" | "STANDARD_IA" | "ONEZONE_IA" | "INTELLIGENT_TIERING" | "GLACIER_IR"

/** How objects are kept. */
export interface S3Keeping {
  /** Storage class of packs. Beats, log entries and settings are small and short-lived or read often: always STANDARD. */
  readonly packStorageClass?: S3StorageClass
  /** Encryption at rest by the service; its default if absent. */
  readonly encryption?: S3Encryption
  /** Lock mode of objects that are created with a date to keep them until; compliance by default. */
  readonly lockMode?: "compliance" | "governance"
  /** Objects above this size are sent in parts; 64 MiB by default. */
  readonly multipartBytes?: number
}

export type S3Encryption =
  | { readonly type: "sse-s3" }
  | { readonly type: "sse-kms"; readonly keyId?: string; readonly bucketKey?: boolean }
  /** A key of 32 bytes that goes with every request; S3 keeps no copy of it. */
  | { readonly type: "sse-c"; readonly key: Uint8Array }

export interface S3StoreOptions extends S3Address, S3Keeping {
  readonly connection?: S3Connection
  /** Keeps requests and costs below what may be spent; one may stand over several stores. */
  readonly cap?: SpendingCap
}
