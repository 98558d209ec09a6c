import { StoreError, type StoreErrorCode } from "@bcopy/repo"

/** What is known of a request that failed: HTTP status and S3's own code, where there was an answer. */
export interface S3Answer {
  readonly status: number | undefined
  readonly code: string
  readonly message: string
}

/** What S3 said, as far as it did. Codes differ from server to server: always look at the status first. */
export function answerOf(error: unknown): S3Answer {
  const { name, message, Code, $metadata } = (error ?? {}) as {
    readonly name?: string
    readonly message?: string
    readonly Code?: string
    readonly $metadata?: { readonly httpStatusCode?: number }
  }
  return { status: $metadata?.httpStatusCode, code: Code ?? name ?? "Error", message: message ?? String(error) }
}

const credentialCodes = new Set([
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "AccessDenied",
  "AccountProblem",
  "AllAccessDisabled",
  "UnauthorizedAccess",
])
const expiredCodes = new Set(["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"])
const throttledCodes = new Set([
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "TooManyRequests",
  "RequestLimitExceeded",
])
const fullCodes = new Set(["QuotaExceeded", "InsufficientStorage", "StorageFull"])

const goneCodes = new Set(["NoSuchKey", "NoSuchVersion", "NoSuchUpload"])

/** Whether S3 says of an object, a version or an upload that there is none. */
export function isGone(code: string): boolean {
  return goneCodes.has(code)
}

/** Whether the credentials were good once and are not any more. */
export function isExpired(error: unknown): boolean {
  return expiredCodes.has(answerOf(error).code)
}

const FOREIGN_HINT = "Check the endpoint: something else than S3 answers there."

/** An answer that says it went well, and lacks what S3 always says: whatever is in it proves nothing. */
export function foreignAnswer(what: string): StoreError {
  return new StoreError("Unavailable", `${what}: the answer is not one of S3`, { hint: FOREIGN_HINT })
}

/**
 * A failed request as a `StoreError`: by HTTP status where there is one, with S3's code and message in the text. What had no
 * answer, and whatever may pass, is `Unavailable` or `Throttled`.
 */
export function s3Failure(error: unknown, what: string, signal?: AbortSignal): StoreError {
  if (error instanceof StoreError) return error
  if (signal?.aborted) return new StoreError("Aborted", `${what}: aborted by the caller`, { cause: error })
  const { status, code, message } = answerOf(error)
  // The SDK's word for an answer that has none of its own.
  const isForeign = message.includes("$response")
  const isPlaintext = status === undefined && message.includes("wrong version number")
  const said = isForeign
    ? ": the answer is not one of S3"
    : isPlaintext
      ? ": what listens at the endpoint does not speak TLS"
      : message === "" || message === code || message === "UnknownError"
        ? ""
        : `: ${message}`
  // The answer to a HEAD has no words.
  const named = status === 403 && /^(Unknown|UnknownError|403)$/.test(code) ? "Forbidden" : code
  // What never got to S3 has no code.
  const words = named === "Error" && said !== "" ? said.slice(2) : named + said
  const text = `${what}: ${status === undefined ? "" : `${status} `}${words}`
  const hint = isForeign
    ? FOREIGN_HINT
    : isPlaintext
      ? "Check the endpoint: its scheme (https) and its port."
      : hintFor(code, status)
  return new StoreError(codeFor(status, code), text, { cause: error, ...(hint !== undefined && { hint }) })
}

function codeFor(status: number | undefined, code: string): StoreErrorCode {
  if (isCredentials(code)) return "Denied"
  if (throttledCodes.has(code) || status === 429 || status === 503) return "Throttled"
  if (fullCodes.has(code) || status === 507) return "NoSpace"
  if (expiredCodes.has(code)) return "Unavailable"
  if (status === undefined) return "Unavailable"
  if (code === "NoSuchBucket" || code === "PermanentRedirect" || status === 301) return "Denied"
  if (status === 416) return "BadRange"
  if (status === 401 || status === 403) return "Denied"
  if (status === 405 || status === 501) return "Unsupported"
  // A request cut short, a race that nobody won, a clock that was slow to answer: all of them may pass.
  if (["RequestTimeout", "IncompleteBody", "BadDigest", "XAmzContentSHA256Mismatch"].includes(code))
    return "Unavailable"
  // Nor does a 404 that nobody asked for say anything for good.
  if ([404, 408, 409].includes(status) || status >= 500) return "Unavailable"
  return status >= 400 ? "Unsupported" : "Unavailable"
}

function isCredentials(code: string): boolean {
  return credentialCodes.has(code) || code === "CredentialsProviderError"
}

function hintFor(code: string, status: number | undefined): string | undefined {
  if (code === "CredentialsProviderError")
    return "Give credentials as the AWS tools take them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
  if (code === "InvalidAccessKeyId" || code === "SignatureDoesNotMatch")
    return "Check the access key and the secret key, and that they are of this endpoint."
  if (code === "AccessDenied") return "The README of @bcopy/repo-s3 says under Policies what each role must be allowed."
  if (code === "RequestTimeTooSkewed") return "Set the clock of this machine."
  if (code === "NoSuchBucket") return "Check the name of the bucket and the endpoint; bcopy does not make buckets."
  if (code === "PermanentRedirect" || status === 301) return "The bucket is in another region: set AWS_REGION."
  return undefined
}
