import { EncryptCommand, KMSClient } from "@aws-sdk/client-kms"
import type { AwsKmsOptions } from "./aws-kms-options.ts"
import { isLoopback } from "./is-loopback.ts"
import { KmsError } from "./kms-error.ts"

/** What services beside AWS are asked with, where nobody says a region. */
const DEFAULT_REGION = "us-east-1"

/** Where requests go. */
export interface KmsEndpoint {
  readonly url: URL
  readonly region: string
}

/** What a request was resolved to. Thrown, so that it is never made. */
class Resolved extends Error {
  readonly url: URL
  constructor(url: URL) {
    super("resolved")
    this.url = url
  }
}

/**
 * Asks the SDK where it would send a request, by its own rules (options, environment, shared configuration), without
 * sending one. @throws KmsError `BadArgument` for no URL, no region, or an endpoint elsewhere that is not encrypted
 */
export async function findEndpoint(options: AwsKmsOptions): Promise<KmsEndpoint> {
  const { keyId, endpoint, profile, allowPlaintext = false } = options
  const what = `AWS KMS key ${keyId}`
  if (endpoint !== undefined && !/^https?:\/\/[^/]+/i.test(endpoint))
    throw new KmsError("BadArgument", `${what}: the endpoint ${endpoint} is not a URL such as https://kms.example.org`)
  const named = { ...(endpoint !== undefined && { endpoint }), ...(profile !== undefined && { profile }) }
  const region = options.region ?? regionOf(keyId) ?? (await configuredRegion(named))
  let url: URL
  try {
    url = await resolve({ ...named, region: region ?? DEFAULT_REGION })
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

/** The region that environment or shared configuration name. */
async function configuredRegion(named: { readonly profile?: string }): Promise<string | undefined> {
  const client = new KMSClient(named)
  try {
    return await client.config.region()
  } catch {
    return undefined
  } finally {
    client.destroy()
  }
}

async function resolve(named: { readonly region: string; readonly endpoint?: string; readonly profile?: string }) {
  const client = new KMSClient({ ...named, credentials: { accessKeyId: "none", secretAccessKey: "none" } })
  client.middlewareStack.add(
    () => (args) => {
      const { protocol, hostname, port } = args.request as { protocol: string; hostname: string; port?: number }
      return Promise.reject(new Resolved(new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`)))
    },
    { step: "build", priority: "low", name: "bcopyResolved" },
  )
  try {
    await client.send(new EncryptCommand({ KeyId: "key", Plaintext: Uint8Array.of(0) }))
    throw new Error("was sent")
  } catch (error) {
    if (error instanceof Resolved) return error.url
    throw error
  } finally {
    client.destroy()
  }
}
