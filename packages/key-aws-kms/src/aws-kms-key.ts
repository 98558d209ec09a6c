import { DecryptCommand, EncryptCommand, KMSClient, type KMSClientConfig } from "@aws-sdk/client-kms"
import { KmsError } from "./kms-error.ts"
import { kmsFailure } from "./kms-failure.ts"

const CONNECT_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 15_000
const ATTEMPTS = 4
/** Longest wait for credentials that nobody named: a machine that is no instance of a cloud has none to ask. */
const CREDENTIALS_TIMEOUT_MS = 3_000
/** AWS KMS API Reference, Encrypt: what a symmetric key encrypts at most. */
const MAX_SECRET_BYTES = 4096

/** Where a key is and who asks for it. What is absent is as the AWS tools have it: environment, profile, instance. */
export interface AwsKmsOptions {
  /** Id or ARN of a symmetric key, or `alias/NAME` or the ARN of an alias. */
  readonly keyId: string
  /** By default that of the ARN. */
  readonly region?: string
  /** URL of the service. */
  readonly endpoint?: string
  readonly profile?: string
  readonly credentials?: NonNullable<KMSClientConfig["credentials"]>
  /** Whether an endpoint beside this machine may be spoken to without TLS. */
  readonly allowPlaintext?: boolean
}

interface Abortable {
  readonly signal?: AbortSignal
}

/** A key that AWS KMS keeps: it wraps and unwraps, and never leaves. */
export interface AwsKmsKey {
  /** As it is to be written down: the ARN of the key, known from the first `wrap` on; until then what was given. */
  readonly keyId: string
  /** Encrypts up to 4096 bytes, bound to a context, which KMS logs in the clear. @throws KmsError */
  wrap(secret: Uint8Array, context: Readonly<Record<string, string>>, options?: Abortable): Promise<Uint8Array>
  /** Decrypts what this very key wrapped for this context. @throws KmsError `WrongKey` for anything else */
  unwrap(wrapped: Uint8Array, context: Readonly<Record<string, string>>, options?: Abortable): Promise<Uint8Array>
  close(): void
}

/**
 * Prepares to use a key. Nothing is asked of the service yet; credentials are looked for, so that who has none is told at
 * once. @throws KmsError `NoCredentials`, `BadArgument`
 */
export async function openAwsKmsKey(options: AwsKmsOptions): Promise<AwsKmsKey> {
  const { endpoint, profile, credentials, allowPlaintext = false } = options
  requireEncrypted(endpoint ?? process.env["AWS_ENDPOINT_URL_KMS"] ?? process.env["AWS_ENDPOINT_URL"], allowPlaintext)
  const region = options.region ?? regionOf(options.keyId)
  const client = new KMSClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  })
  let { keyId } = options
  const ask = async <Result>(work: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      throw kmsFailure(error, keyId, signal)
    }
  }
  // A profile may ask a person, who takes longer.
  await requireCredentials(client, keyId, profile !== undefined || (process.env["AWS_PROFILE"] ?? "") !== "")
  return {
    get keyId() {
      return keyId
    },
    async wrap(secret, context, { signal } = {}) {
      if (secret.length > MAX_SECRET_BYTES)
        throw new KmsError("BadArgument", `AWS KMS key ${keyId}: ${secret.length} bytes, at most ${MAX_SECRET_BYTES}`)
      const command = new EncryptCommand({ KeyId: keyId, Plaintext: secret, EncryptionContext: { ...context } })
      const { CiphertextBlob, KeyId } = await ask(() => client.send(command, abortable(signal)), signal)
      if (CiphertextBlob === undefined) throw new KmsError("Unknown", `AWS KMS key ${keyId}: the answer holds nothing`)
      // An alias may be pointed elsewhere tomorrow: what is written down is the key itself.
      keyId = KeyId ?? keyId
      return CiphertextBlob
    },
    async unwrap(wrapped, context, { signal } = {}) {
      const command = new DecryptCommand({ KeyId: keyId, CiphertextBlob: wrapped, EncryptionContext: { ...context } })
      const { Plaintext } = await ask(() => client.send(command, abortable(signal)), signal)
      if (Plaintext === undefined) throw new KmsError("Unknown", `AWS KMS key ${keyId}: the answer holds nothing`)
      return Plaintext
    },
    close: () => client.destroy(),
  }
}

const ignore = () => undefined

function abortable(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { abortSignal: signal }
}

/** The region that an ARN names: arn:aws:kms:REGION:ACCOUNT:key/ID. */
function regionOf(keyId: string): string | undefined {
  const [scheme, , service, region] = keyId.split(":")
  return scheme === "arn" && service === "kms" && region !== "" ? region : undefined
}

function requireEncrypted(endpoint: string | undefined, allowPlaintext: boolean): void {
  if (endpoint === undefined || endpoint === "" || allowPlaintext) return
  const url = URL.parse(endpoint)
  if (url === null) throw new KmsError("BadArgument", `AWS KMS: the endpoint ${endpoint} is no URL`)
  const isHere = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/i.test(url.hostname)
  if (url.protocol !== "https:" && !isHere)
    throw new KmsError("BadArgument", `AWS KMS: ${url.origin} is not encrypted, and keys would pass in the clear`, {
      hint: "Use https.",
    })
}

async function requireCredentials(client: KMSClient, keyId: string, isNamed: boolean): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const limit = AbortSignal.timeout(CREDENTIALS_TIMEOUT_MS)
  const none = () => reject(Object.assign(new Error("nobody gave any in 3 s"), { name: "CredentialsProviderError" }))
  limit.addEventListener("abort", none)
  try {
    const given = client.config.credentials()
    await (isNamed ? given : Promise.race([given, tooLate]))
  } catch (error) {
    client.destroy()
    throw kmsFailure(error, keyId)
  } finally {
    limit.removeEventListener("abort", none)
  }
}
