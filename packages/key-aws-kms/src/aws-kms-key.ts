import { DecryptCommand, EncryptCommand } from "@aws-sdk/client-kms"
import type { AwsKmsOptions } from "./aws-kms-options.ts"
import { connectKms } from "./connect-kms.ts"
import { KmsError } from "./kms-error.ts"
import { kmsFailure } from "./kms-failure.ts"

/** AWS KMS API Reference, Encrypt: what a symmetric key encrypts at most. */
const MAX_SECRET_BYTES = 4096

/** A key that AWS KMS keeps: it wraps and unwraps, and never leaves. */
export interface AwsKmsKey {
  /** As it is to be written down: the ARN of the key, known from the first `wrap` on; until then what was given. */
  readonly keyId: string
  /** Encrypts 1 to 4096 bytes, bound to a context, which KMS logs in the clear. @throws KmsError */
  wrap(
    secret: Uint8Array,
    context: Readonly<Record<string, string>>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Uint8Array>
  /** Decrypts what this very key wrapped for this context. @throws KmsError `WrongKey` for anything else */
  unwrap(
    wrapped: Uint8Array,
    context: Readonly<Record<string, string>>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Uint8Array>
  close(): void
}

/**
 * Prepares to use a key. Nothing is asked of the service yet; credentials are looked for, so that who has none is told at
 * once. @throws KmsError `NoCredentials`, `BadArgument`
 */
export async function openAwsKmsKey(options: AwsKmsOptions): Promise<AwsKmsKey> {
  const client = await connectKms(options)
  let { keyId } = options
  const ask = async <Result>(work: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      throw kmsFailure(error, keyId, signal)
    }
  }
  return {
    get keyId() {
      return keyId
    },
    async wrap(secret, context, { signal } = {}) {
      const { length } = secret
      if (length === 0 || length > MAX_SECRET_BYTES)
        throw new KmsError("BadArgument", `AWS KMS key ${keyId}: wraps 1 to ${MAX_SECRET_BYTES} bytes, not ${length}`)
      const command = new EncryptCommand({ KeyId: keyId, Plaintext: secret, EncryptionContext: { ...context } })
      const { CiphertextBlob, KeyId } = await ask(() => client.send(command, abortable(signal)), signal)
      if (CiphertextBlob === undefined) throw new KmsError("Unknown", `AWS KMS key ${keyId}: the answer holds nothing`)
      // An alias may be pointed elsewhere tomorrow: what is written down is the key itself.
      keyId = KeyId ?? keyId
      return CiphertextBlob
    },
    async unwrap(wrapped, context, { signal } = {}) {
      // Without the key's name KMS would take whichever key wrapped it.
      const command = new DecryptCommand({ KeyId: keyId, CiphertextBlob: wrapped, EncryptionContext: { ...context } })
      const { Plaintext } = await ask(() => client.send(command, abortable(signal)), signal)
      if (Plaintext === undefined) throw new KmsError("Unknown", `AWS KMS key ${keyId}: the answer holds nothing`)
      return Plaintext
    },
    close: () => client.destroy(),
  }
}

function abortable(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { abortSignal: signal }
}
