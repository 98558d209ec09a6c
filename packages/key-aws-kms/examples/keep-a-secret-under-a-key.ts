// Wraps a secret under a key in AWS KMS, bound to a repository, and unwraps it. Region and credentials come from the
// environment, as for every AWS tool: AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.
import { isKmsError, openAwsKmsKey } from "@bcopy/key-aws-kms"

const key = await openAwsKmsKey({ keyId: process.env["KMS_KEY"] ?? "alias/backups" })
const secret = crypto.getRandomValues(new Uint8Array(32))
const context = { "bcopy-repository": "00112233445566778899aabbccddeeff" }

const wrapped = await key.wrap(secret, context)
console.log(`${wrapped.length} bytes under ${key.keyId}`)

const unwrapped = await key.unwrap(wrapped, context)
console.log(unwrapped.every((byte, index) => byte === secret[index]) ? "the same secret" : "another secret")

try {
  await key.unwrap(wrapped, { "bcopy-repository": "ffeeddccbbaa99887766554433221100" })
} catch (error) {
  if (!isKmsError(error)) throw error
  console.log(`for another repository: ${error.code}`)
}
key.close()
