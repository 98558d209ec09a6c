import { lookup } from "node:dns"
import { Agent as HttpAgent } from "node:http"
import { Agent as HttpsAgent } from "node:https"
import type { LookupFunction } from "node:net"
import { getCACertificates } from "node:tls"
import { KMSClient } from "@aws-sdk/client-kms"
import type { AwsKmsOptions } from "./aws-kms-options.ts"
import { findEndpoint } from "./find-endpoint.ts"
import { isLoopback } from "./is-loopback.ts"
import { kmsFailure } from "./kms-failure.ts"

const CONNECT_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 10_000
/** Times that a request is made at most: what is throttled, cut or not answered is asked again by the SDK. */
const ATTEMPTS = 4
/** Longest wait for credentials that nobody named: a machine that is no instance of a cloud has none to ask. */
const CREDENTIALS_TIMEOUT_MS = 3_000

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
      ...agents(options, url),
    },
    // What the SDK would log holds requests and answers.
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  })
  // A profile may ask a person, who takes longer, and so may a caller's own provider.
  const isNamed = profile !== undefined || credentials !== undefined || (process.env["AWS_PROFILE"] ?? "") !== ""
  await requireCredentials(client, keyId, isNamed)
  return client
}

const ignore = () => undefined

function agents({ ca, proxy }: AwsKmsOptions, url: URL) {
  const proxyEnv = proxy === undefined ? process.env : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy }
  // Nobody asks another machine the way to this one.
  const options = { keepAlive: true, lookup: lookUp, ...(!isLoopback(url.hostname) && { proxyEnv }) }
  return {
    httpAgent: new HttpAgent(options),
    httpsAgent: new HttpsAgent({ ...options, ...(ca !== undefined && { ca: [...getCACertificates("default"), ca] }) }),
  }
}

/** Names below localhost are this machine (RFC 6761, 6.3), also where nobody told the resolver. */
const lookUp: LookupFunction = (hostname, options, found) =>
  lookup(hostname.toLowerCase().endsWith(".localhost") ? "localhost" : hostname, options, found)

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
