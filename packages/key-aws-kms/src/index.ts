/** Opens a bcopy repository by a symmetric key in AWS KMS. */

export { type AwsKmsKey, openAwsKmsKey } from "./aws-kms-key.ts"
export type { AwsKmsCredentials, AwsKmsOptions } from "./aws-kms-options.ts"
export { isKmsError, KmsError, type KmsErrorCode } from "./kms-error.ts"
