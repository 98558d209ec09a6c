import { KMSClient } from "@aws-sdk/client-kms"
import { findCredentials, httpAgents, silentLogger } from "@bcopy/aws-connection"
import type { AwsKmsOptions } from "./aws-kms-options.ts"
import { findEndpoint } from "./find-endpoint.ts"
import { kmsFailure } from "./kms-failure.ts"

const CONNECT_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 10_000
/** Times that a request is made at most: what is throttled, cut or not answered is asked again by the SDK. */
const ATTEMPTS = 4

/**
 * A client for KMS as the AWS tools would have it. Nothing is asked of the service yet; credentials are looked for, so that
 * who has none is told at once. @throws KmsError `NoCredentials`, `BadArgument`
 */
export async function connectKms(options: AwsKmsOptions): Promise<KMSClient> {
  const { keyId, endpoint, profile, credentials, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options
  const { url, region } = await findEndpoint(options)
  const client = new KMSClient({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      ...httpAgents(options, url),
    },
    logger: silentLogger,
  })
  // A profile may ask a person, who takes longer, and so may a caller's own provider.
  const isNamed = profile !== undefined || credentials !== undefined || (process.env["AWS_PROFILE"] ?? "") !== ""
  await findCredentials(client, { isNamed }).catch((error: unknown) => {
    throw kmsFailure(error, keyId)
  })
  return client
}
