import { createHash } from "node:crypto"
import { S3Error } from "../wire/s3-error.ts"
import { headerOf, type S3Request } from "../wire/s3-request.ts"

const PREFIX = "x-amz-server-side-encryption"
const CUSTOMER_ALGORITHM = `${PREFIX}-customer-algorithm`
const CUSTOMER_KEY_MD5 = `${PREFIX}-customer-key-md5`

/**
 * The encryption that a put asks for, as the headers that tell of it. Nothing is encrypted; a customer's key is only
 * remembered by its MD5.
 */
export function readEncryption(request: S3Request): Record<string, string> {
  const customer = readCustomerKey(request)
  if (customer !== undefined) return customer
  const algorithm = headerOf(request, PREFIX)
  if (algorithm === undefined) return {}
  if (algorithm === "AES256") return { [PREFIX]: algorithm }
  if (algorithm !== "aws:kms")
    throw new S3Error(400, "InvalidArgument", `The encryption method ${algorithm} is not supported`)
  const keyId = headerOf(request, `${PREFIX}-aws-kms-key-id`) ?? "arn:aws:kms:us-east-1:000000000000:alias/aws/s3"
  return { [PREFIX]: algorithm, [`${PREFIX}-aws-kms-key-id`]: keyId }
}

/** @throws S3Error if the object is under a customer's key and the request does not bring it, or the other way round */
export function checkCustomerKey(request: S3Request, encryption: Readonly<Record<string, string>>): void {
  const md5 = readCustomerKey(request)?.[CUSTOMER_KEY_MD5]
  const wanted = encryption[CUSTOMER_KEY_MD5]
  if (md5 === wanted) return
  if (wanted === undefined) throw new S3Error(400, "InvalidRequest", "The object is not under a customer's key")
  if (md5 === undefined)
    throw new S3Error(400, "InvalidRequest", "The object was stored using a form of Server Side Encryption (SSE-C)")
  throw new S3Error(403, "AccessDenied", "The customer's key is not the one that the object is under")
}

function readCustomerKey(request: S3Request): Record<string, string> | undefined {
  const algorithm = headerOf(request, CUSTOMER_ALGORITHM)
  if (algorithm === undefined) return undefined
  const key = Buffer.from(headerOf(request, `${PREFIX}-customer-key`) ?? "", "base64")
  const md5 = createHash("md5").update(key).digest("base64")
  if (algorithm !== "AES256" || key.length !== 32 || headerOf(request, CUSTOMER_KEY_MD5) !== md5)
    throw new S3Error(400, "InvalidArgument", "The algorithm, the customer's key and its MD5 do not fit together")
  return { [CUSTOMER_ALGORITHM]: algorithm, [CUSTOMER_KEY_MD5]: md5 }
}
