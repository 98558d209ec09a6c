import { KmsError, type KmsErrorCode } from "./kms-error.ts"
import { hints, type KnownFailure, knownFailures } from "./known-failures.ts"

/** What is known of a request that failed. */
interface Failed {
  readonly name?: string
  readonly message?: string
  /** Of the system: `ECONNRESET`. */
  readonly code?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** What went wrong, by the name of the service's error, then by HTTP status; what had no answer is `Unreachable`. */
export function kmsFailure(error: unknown, keyId: string, signal?: AbortSignal): KmsError {
  if (error instanceof KmsError) return error
  const what = `AWS KMS key ${keyId}`
  const failed = (error ?? {}) as Failed
  const { message = "", $metadata } = failed
  const status = $metadata?.httpStatusCode
  // The SDK's word for an answer that it cannot read. Its error quotes and holds the answer, which may be a secret: it goes
  // no further.
  const isUnreadable = message.includes("$response")
  if (signal?.aborted === true)
    return new KmsError("Aborted", `${what}: aborted by the caller`, isUnreadable ? {} : { cause: error })
  if (isUnreadable)
    return new KmsError(
      codeOfStatus(status),
      `${what}: ${status === undefined ? "" : `${status}, `}the answer is not one of AWS KMS`,
      { hint: "Check the endpoint and the proxy: something else than KMS answers there." },
    )
  const isPlain = failed.name === undefined || /^(?:Aggregate)?Error$/.test(failed.name)
  const name = isPlain && typeof failed.code === "string" ? failed.code : (failed.name ?? "Error")
  const { code, hint } = knownFailures.get(name) ?? otherFailure(name, failed)
  const said = message === "" || message === name || message === "UnknownError" ? "" : `: ${message}`
  return new KmsError(code, `${what}: ${name}${said}`, { cause: error, ...(hint !== undefined && { hint }) })
}

function otherFailure(name: string, { message = "", code: cause, $metadata }: Failed): KnownFailure {
  if (name === "KMSInvalidStateException") {
    // One exception for every state that a key may be in; the state stands in the words.
    if (/pending (?:replica )?deletion/i.test(message)) return { code: "Deleted", hint: hints.Deleted }
    return { code: "Disabled", hint: "See what state the key is in: aws kms describe-key." }
  }
  const status = $metadata?.httpStatusCode
  // Without an answer: the system says why, or else it is no matter of the network.
  const code = status === undefined && typeof cause === "string" ? "Unreachable" : codeOfStatus(status)
  return { code, hint: hints[code] }
}

function codeOfStatus(status: number | undefined): KmsErrorCode {
  if (status === undefined) return "Unknown"
  if (status >= 500) return "Unreachable"
  if (status === 429) return "Throttled"
  return status === 401 || status === 403 ? "Denied" : "Unknown"
}
