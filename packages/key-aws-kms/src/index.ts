/** Opens a bcopy repository by a symmetric key in AWS KMS. */

export { type AwsKmsKey, type AwsKmsOptions, openAwsKmsKey } from "./aws-kms-key.ts"
export { isKmsError, KmsError, type KmsErrorCode } from "./kms-error.ts"
