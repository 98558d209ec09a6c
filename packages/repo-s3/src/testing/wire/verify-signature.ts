import { createHash, createHmac, timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { decodePath, splitUrl } from "./parse-target.ts"
import { S3Error } from "./s3-error.ts"

/** Who may send requests. */
export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** Answers `ExpiredToken`, as when the session is over. */
  readonly expired?: boolean
}

/** How far a client's clock may be off. */
const MAX_SKEW_MS = 15 * 60_000

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/s3\/aws4_request), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/
const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/

/**
 * Holds a request against its SigV4 `Authorization` header; every region is right.
 * @throws S3Error as AWS does: for nobody, strangers, wrong clocks, old or foreign tokens and wrong signatures
 */
export function verifySignature(request: IncomingMessage, known: readonly S3Credentials[], nowMs: number): void {
  const { authorization } = request.headers
  if (authorization === undefined) throw new S3Error(403, "AccessDenied", "Access Denied")
  const [, accessKeyId = "", scope = "", signedHeaders = "", signature = ""] = AUTHORIZATION.exec(authorization) ?? []
  if (signature === "")
    throw new S3Error(400, "AuthorizationHeaderMalformed", `cannot read the Authorization header: ${authorization}`)
  const date = text(request, "x-amz-date")
  verifyDate(date, scope, nowMs)
  const credentials = findCredentials(known, accessKeyId, request)
  const signed = signedHeaders.split(";")
  verifyAllSigned(request, signed)
  const expected = sign(request, { ...credentials, date, scope, signed })
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected)))
    throw new S3Error(403, "SignatureDoesNotMatch", "The request signature does not match the one calculated here")
}

function verifyDate(date: string, scope: string, nowMs: number): void {
  const match = AMZ_DATE.exec(date)
  if (match === null) throw new S3Error(403, "AccessDenied", "AWS authentication requires a valid x-amz-date header")
  const [year, month, ...rest] = match.slice(1).map(Number) as [number, number, ...number[]]
  if (!scope.startsWith(date.slice(0, 8)))
    throw new S3Error(400, "AuthorizationHeaderMalformed", `x-amz-date is ${date}, the scope says ${scope}`)
  if (Math.abs(Date.UTC(year, month - 1, ...rest) - nowMs) > MAX_SKEW_MS)
    throw new S3Error(
      403,
      "RequestTimeTooSkewed",
      `The request is dated ${date}, it is ${new Date(nowMs).toISOString()} here`,
    )
}

function findCredentials(known: readonly S3Credentials[], id: string, request: IncomingMessage): S3Credentials {
  const ofId = known.filter(({ accessKeyId }) => accessKeyId === id)
  if (ofId.length === 0)
    throw new S3Error(403, "InvalidAccessKeyId", `The access key id ${id} does not exist in our records`)
  const token = request.headers["x-amz-security-token"]
  const found = ofId.find(({ sessionToken }) => sessionToken === token)
  if (found === undefined)
    throw new S3Error(400, "InvalidToken", "The provided token is malformed or otherwise invalid")
  if (found.expired === true) throw new S3Error(400, "ExpiredToken", "The provided token has expired")
  return found
}

function verifyAllSigned({ headers }: IncomingMessage, signed: readonly string[]): void {
  const needed = ["host", ...Object.keys(headers).filter((name) => name.startsWith("x-amz-"))]
  const missing = needed.filter((name) => !signed.includes(name))
  if (missing.length > 0)
    throw new S3Error(403, "AccessDenied", `There were headers present which were not signed: ${missing.join(", ")}`)
}

interface Signing extends S3Credentials {
  readonly date: string
  readonly scope: string
  readonly signed: readonly string[]
}

function sign(request: IncomingMessage, { secretAccessKey, date, scope, signed }: Signing): string {
  const [path, search] = splitUrl(request.url ?? "/")
  const canonical = [
    request.method,
    decodePath(path).split("/").map(encode).join("/"),
    canonicalQuery(search),
    ...signed.map((name) => `${name}:${text(request, name).trim().replaceAll(/ +/g, " ")}`),
    "",
    signed.join(";"),
    text(request, "x-amz-content-sha256"),
  ].join("\n")
  const digest = createHash("sha256").update(canonical).digest("hex")
  const toSign = ["AWS4-HMAC-SHA256", date, scope, digest].join("\n")
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`)
  return hmac(key, toSign).toString("hex")
}

function canonicalQuery(search: string): string {
  const query = new URLSearchParams(search.replaceAll("+", "%2B"))
  query.sort()
  return [...query].map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&")
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest()
}

function encode(part: string): string {
  return encodeURIComponent(part).replaceAll(/[!'()*]/g, (c) => `%${c.codePointAt(0)!.toString(16).toUpperCase()}`)
}

function text({ headers }: IncomingMessage, name: string): string {
  const value = headers[name] ?? ""
  return Array.isArray(value) ? value.join(",") : value
}
