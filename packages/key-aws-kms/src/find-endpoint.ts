import { EncryptCommand, KMSClient } from "@aws-sdk/client-kms"
import { configuredRegion, isEndpoint, isLoopback, noCredentials, resolveUrl } from "@bcopy/aws-connection"
import type { AwsKmsOptions } from "./aws-kms-options.ts"
import { KmsError } from "./kms-error.ts"

/** What services beside AWS are asked with, where nobody says a region. */
const DEFAULT_REGION = "us-east-1"

/** Where requests go. */
export interface KmsEndpoint {
  readonly url: URL
  readonly region: string
}

/**
 * Asks the SDK where it would send a request, by its own rules (options, environment, shared configuration), without
 * sending one. @throws KmsError `BadArgument` for no URL, no region, or an endpoint elsewhere that is not encrypted
 */
export async function findEndpoint(options: AwsKmsOptions): Promise<KmsEndpoint> {
  const { keyId, endpoint, profile, allowPlaintext = false } = options
  const what = `AWS KMS key ${keyId}`
  if (endpoint !== undefined && !isEndpoint(endpoint))
    throw new KmsError("BadArgument", `${what}: the endpoint ${endpoint} is not a URL such as https://kms.example.org`)
  const named = { ...(endpoint !== undefined && { endpoint }), ...(profile !== undefined && { profile }) }
  const region = options.region ?? regionOf(keyId) ?? (await configuredRegion(new KMSClient(named)))
  let url: URL
  try {
    const client = new KMSClient({ ...named, region: region ?? DEFAULT_REGION, credentials: noCredentials })
    const any = new EncryptCommand({ KeyId: "key", Plaintext: Uint8Array.of(0) })
    url = await resolveUrl(client, () => client.send(any))
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new KmsError("BadArgument", `${what}: no endpoint to send requests to: ${said}`, { cause: error })
  }
  if (region === undefined && /\.(?:amazonaws\.com|api\.aws)$/i.test(url.hostname))
    throw new KmsError("BadArgument", `${what}: it is not said in which region the key is`, {
      hint: "Give the ARN of the key, which names its region, or set AWS_REGION.",
    })
  if (url.protocol !== "https:" && !allowPlaintext && !isLoopback(url.hostname))
    throw new KmsError("BadArgument", `${what}: to ${url.origin} keys would pass unencrypted`, {
      hint: "Use https, or allow it where the network is yours (allowPlaintext).",
    })
  return { url, region: region ?? DEFAULT_REGION }
}

/** The region that an ARN names: arn:aws:kms:REGION:ACCOUNT:key/ID. */
function regionOf(keyId: string): string | undefined {
  const [scheme, , service, region] = keyId.split(":")
  return scheme === "arn" && service === "kms" && region !== "" ? region : undefined
}
