import { createHash } from "node:crypto"
import { HeadBucketCommand, type S3Client } from "@aws-sdk/client-s3"
import type { ObjectKey } from "@bcopy/repo"
import { StoreError } from "@bcopy/repo"
import type { S3Service } from "./connect.ts"
import { formatS3Address } from "./s3-address.ts"
import { answerOf, isExpired, isGone, s3Failure } from "./s3-failure.ts"
import type { S3StoreOptions } from "./s3-options.ts"

/** What the SDK calls an answer without a code of its own. */
const wordless = new Set(["NotFound", "UnknownError", "404"])

/** What every answer of a connected client has beside its own fields. */
export interface Dated {
  /** The service's time of the answer. */
  readonly dateMs: number
}

/** A prefix in a bucket of a connected service: requests to it, by the names of its objects. */
export class S3Bucket {
  readonly service: S3Service
  readonly options: S3StoreOptions
  readonly name: string

  constructor(service: S3Service, options: S3StoreOptions) {
    this.service = service
    this.options = options
    this.name = formatS3Address(options)
  }

  get client(): S3Client {
    return this.service.client
  }

  /** What names an object in a request. */
  object(key: ObjectKey, version?: string): { Bucket: string; Key: string; VersionId?: string } {
    const { bucket, prefix } = this.options
    return { Bucket: bucket, Key: prefix + key, ...(version !== undefined && { VersionId: version }) }
  }

  /** The customer's key, which reads need as much as writes. */
  customerKey(): Record<string, string> {
    const { encryption } = this.options
    if (encryption?.type !== "sse-c") return {}
    const { key } = encryption
    return {
      SSECustomerAlgorithm: "AES256",
      SSECustomerKey: Buffer.from(key).toString("base64"),
      SSECustomerKeyMD5: createHash("md5").update(key).digest("base64"),
    }
  }

  /** Makes a request. @throws StoreError for whatever goes wrong, with `what` in the message */
  async send<T>(what: string, signal: AbortSignal | undefined, request: () => Promise<T>): Promise<T & Dated> {
    try {
      return (await request()) as T & Dated
    } catch (error) {
      if (isExpired(error)) await this.service.renewCredentials()
      throw s3Failure(error, `${this.name}: ${what}`, signal)
    }
  }

  /**
   * Makes a request whose object may not be there: `undefined` if that is proven. A 404 about anything else proves nothing;
   * one without a word of what is missing, as the answer to a HEAD is, proves it if the bucket is there.
   */
  async sendIfThere<T>(
    what: string,
    signal: AbortSignal | undefined,
    request: () => Promise<T>,
  ): Promise<(T & Dated) | undefined> {
    try {
      return await this.send(what, signal, request)
    } catch (error) {
      const { cause } = error as StoreError
      const { status, code } = answerOf(cause)
      if (status === 404 && isGone(code)) return undefined
      if (status !== 404 || !wordless.has(code)) throw error
      await this.date(signal)
      return undefined
    }
  }

  /** The service's time, by a request that finds the bucket there. */
  async date(signal: AbortSignal | undefined): Promise<number> {
    const command = new HeadBucketCommand({ Bucket: this.options.bucket })
    const { dateMs } = await this.send("head bucket", signal, () => this.client.send(command, abortable(signal))).catch(
      (error: StoreError) => {
        if (answerOf(error.cause).status !== 404) throw error
        throw new StoreError("Denied", `${this.name}: there is no bucket ${this.options.bucket}`, {
          cause: error.cause,
          hint: "Check the name of the bucket and the endpoint; bcopy does not make buckets.",
        })
      },
    )
    return dateMs
  }
}

/** A signal as the SDK takes it. */
export function abortable(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal }
}
