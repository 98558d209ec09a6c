import type { IncomingHttpHeaders } from "node:http"
import type { ObjectVersion } from "../model/object-version.ts"
import type { OperationName } from "./name-operation.ts"

/** A request whose signature and body were found to be right. */
export interface S3Request {
  readonly operation: OperationName
  readonly bucketName: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Without the framing of aws-chunked. */
  readonly body: Buffer
  /** What the body was found to hash to, by the name of the header: `x-amz-checksum-crc32`. */
  readonly checksums: Readonly<Record<string, string>>
  readonly nowMs: number
  /** The newest version of the key when the request arrived, before its body did. */
  readonly newestAtStart: ObjectVersion | undefined
}

export interface S3Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | number | undefined>>
  readonly body?: Uint8Array
}

/** The value of a header that is given once. */
export function headerOf({ headers }: Pick<S3Request, "headers">, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(",") : value
}
