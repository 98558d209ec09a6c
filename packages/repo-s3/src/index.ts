/** Keeps a repository in an S3 bucket. */

// the store
export { openS3Store, type OpenS3Options, type S3Store } from "./open-s3-store.ts"
export { parseCustomerKey, parseS3Location, type S3Location, s3Settings } from "./s3-location.ts"
export { formatS3Address, isS3Address, parseS3Address, type S3Address } from "./s3-address.ts"
export type { S3Connection, S3Credentials, S3Encryption, S3Keeping, S3StoreOptions } from "./s3-options.ts"

// what a bucket can do
export type { BucketState } from "./bucket-state.ts"
export { immutabilityOf, type Immutability } from "./immutability.ts"
export {
  requireFitBucket,
  type S3Passport,
  type S3PassportOptions,
  type S3Property,
  type S3PropertyName,
} from "./s3-passport.ts"

export { recheckBucket, type RecheckedBucket, type RecheckOptions } from "./recheck-bucket.ts"

// what it costs
export { requestClass, requestsByClass, type S3RequestClass, type S3Usage } from "./s3-usage.ts"
export { SpendingCap, type Spending, type SpendingLimits } from "./spending-cap.ts"
export { type PlannedStorage, planReadUsage, planUsage } from "./plan-usage.ts"
export {
  estimateKeeping,
  estimatePrice,
  parsePriceProfile,
  type PriceEstimate,
  type PriceProfile,
  priceProfiles,
} from "./prices.ts"
