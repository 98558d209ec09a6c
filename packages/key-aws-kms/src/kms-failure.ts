import { KmsError, type KmsErrorCode } from "./kms-error.ts"

/** AWS KMS API Reference, Common Errors and those of Encrypt and Decrypt. */
const codes: Readonly<Record<string, KmsErrorCode>> = {
  DisabledException: "Disabled",
  NotFoundException: "NotFound",
  AccessDeniedException: "Denied",
  AccessDenied: "Denied",
  UnrecognizedClientException: "Denied",
  InvalidSignatureException: "Denied",
  IncompleteSignature: "Denied",
  ExpiredTokenException: "Denied",
  InvalidClientTokenId: "Denied",
  OptInRequired: "Denied",
  CredentialsProviderError: "NoCredentials",
  ThrottlingException: "Throttled",
  LimitExceededException: "Throttled",
  IncorrectKeyException: "WrongKey",
  InvalidCiphertextException: "WrongKey",
  InvalidKeyUsageException: "BadArgument",
  ValidationException: "BadArgument",
  InvalidGrantTokenException: "BadArgument",
  DependencyTimeoutException: "Unreachable",
  KeyUnavailableException: "Unreachable",
  KMSInternalException: "Unreachable",
  TimeoutError: "Unreachable",
}

const hints: Readonly<Partial<Record<KmsErrorCode, string>>> = {
  Disabled: "Enable the key again: aws kms enable-key. Until then the repository opens with another of its keys.",
  Deleted: "While the deletion waits it can be cancelled: aws kms cancel-key-deletion, then enable-key.",
  NotFound: "Check the id, the account and the region; an ARN names them all.",
  Denied: "The README of @bcopy/key-aws-kms says under Policy what the credentials must be allowed.",
  NoCredentials:
    "Give credentials as the AWS tools take them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
  Unreachable: "Check the network and the region.",
}

/** What went wrong, by the name of the service's error; what had no answer is `Unreachable`. */
export function kmsFailure(error: unknown, keyId: string, signal?: AbortSignal): KmsError {
  if (error instanceof KmsError) return error
  const what = `AWS KMS key ${keyId}`
  if (signal?.aborted === true) return new KmsError("Aborted", `${what}: aborted by the caller`, { cause: error })
  const { name = "Error", message = "" } = error as { readonly name?: string; readonly message?: string }
  const code = codeOf(name, message, statusOf(error))
  const hint = hints[code]
  const said = message === "" || message === name || message === "UnknownError" ? "" : `: ${message}`
  return new KmsError(code, `${what}: ${name}${said}`, { cause: error, ...(hint !== undefined && { hint }) })
}

function codeOf(name: string, message: string, status: number | undefined): KmsErrorCode {
  // One exception for every state that a key may be in; the state stands in the words.
  if (name === "KMSInvalidStateException") return /disabled/i.test(message) ? "Disabled" : "Deleted"
  const known = codes[name]
  if (known !== undefined) return known
  if (status === undefined || status >= 500) return "Unreachable"
  if (status === 429) return "Throttled"
  return status === 401 || status === 403 ? "Denied" : "Unknown"
}

function statusOf(error: unknown): number | undefined {
  return (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode
}
