const brand: unique symbol = Symbol.for("@bcopy/key-aws-kms.KmsError") as never

/** An error of `@bcopy/key-aws-kms`. */
export interface KmsFailure extends Error {
  readonly code: string
  readonly hint: string | undefined
}

/** Whether it is one: told by its brand, so that the AWS SDK is loaded only where a key in KMS is used. */
export function isKmsFailure(error: unknown): error is KmsFailure {
  return typeof error === "object" && error !== null && (error as Record<PropertyKey, unknown>)[brand] === true
}
