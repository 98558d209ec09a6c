import type { KmsErrorCode } from "./kms-error.ts"

/** What an exception of the service means, and what a person can do about it. */
export interface KnownFailure {
  readonly code: KmsErrorCode
  readonly hint: string | undefined
}

/** What a person can do, where nothing more is known than the code. */
export const hints: Readonly<Partial<Record<KmsErrorCode, string>>> = {
  Disabled: "Enable the key again: aws kms enable-key. Until then the repository opens with another of its keys.",
  Deleted: "While the deletion waits it can be cancelled: aws kms cancel-key-deletion, then enable-key.",
  NotFound: "Check the id, the account and the region; an ARN names them all.",
  Denied: "The README of @bcopy/key-aws-kms says under Policy what the credentials must be allowed.",
  NoCredentials:
    "Give credentials as the AWS tools take them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
  Unreachable: "Check the network and the region.",
}

const checkKeys = "Check the access key and the secret key, and the clock of this machine."

const groups: readonly (readonly [KmsErrorCode, readonly string[], string?])[] = [
  ["Disabled", ["DisabledException"]],
  ["NotFound", ["NotFoundException"]],
  ["Denied", ["AccessDeniedException", "AccessDenied", "NotAuthorized", "OptInRequired"]],
  ["Denied", ["UnrecognizedClientException", "InvalidClientTokenId"], checkKeys],
  ["Denied", ["InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature"], checkKeys],
  ["Denied", ["MissingAuthenticationToken", "MissingAuthenticationTokenException"], checkKeys],
  ["Denied", ["ExpiredToken", "ExpiredTokenException"], "The credentials have expired: log in again."],
  ["Denied", ["RequestExpired"], "Set the clock of this machine."],
  ["NoCredentials", ["CredentialsProviderError", "TokenProviderError"]],
  ["Throttled", ["ThrottlingException", "Throttling", "TooManyRequestsException", "LimitExceededException"]],
  ["WrongKey", ["IncorrectKeyException", "InvalidCiphertextException"]],
  [
    "BadArgument",
    ["InvalidKeyUsageException", "UnsupportedOperationException"],
    "Take a symmetric key for encryption: KeySpec SYMMETRIC_DEFAULT.",
  ],
  ["BadArgument", ["ValidationException", "ValidationError", "InvalidArnException", "InvalidGrantTokenException"]],
  [
    "Unreachable",
    ["KMSInternalException", "KeyUnavailableException", "DependencyTimeoutException"],
    "The service has a fault of its own: try again later.",
  ],
  ["Unreachable", ["TimeoutError"]],
]

/** By name of the exception: AWS KMS API Reference, Common Errors and those of Encrypt and Decrypt; the last is the SDK's. */
export const knownFailures: ReadonlyMap<string, KnownFailure> = new Map(
  groups.flatMap(([code, names, hint]) => names.map((name) => [name, { code, hint: hint ?? hints[code] }] as const)),
)
