import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3"
import { StoreError } from "@bcopy/repo"
import type { S3Connection } from "./s3-options.ts"

const DEFAULT_REGION = "us-east-1"

/** Where requests go. */
export interface S3Endpoint {
  readonly url: URL
  readonly region: string
  /** Whether it is AWS itself, which wants bucket names in the host name. */
  readonly isAws: boolean
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
 * sending one. @throws StoreError `BadKey`
 */
export async function findEndpoint({ endpoint, region, profile }: S3Connection): Promise<S3Endpoint> {
  if (endpoint !== undefined && !/^https?:\/\/[^/]+/i.test(endpoint))
    throw new StoreError("BadKey", `${endpoint}: an endpoint is a URL such as https://s3.example.org`)
  const found = await findRegion({ ...(region !== undefined && { region }), ...(profile !== undefined && { profile }) })
  const client = new S3Client({
    forcePathStyle: true,
    region: found ?? DEFAULT_REGION,
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
    credentials: { accessKeyId: "none", secretAccessKey: "none" },
  })
  client.middlewareStack.add(
    () => (args) => {
      const { protocol, hostname, port } = args.request as { protocol: string; hostname: string; port?: number }
      return Promise.reject(new Resolved(new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`)))
    },
    { step: "build", priority: "low", name: "bcopyResolved" },
  )
  try {
    await client.send(new HeadBucketCommand({ Bucket: "bucket" }))
    throw new Error("was sent")
  } catch (error) {
    if (!(error instanceof Resolved))
      throw new StoreError("BadKey", `S3: no endpoint to send requests to: ${(error as Error).message}`, {
        cause: error,
      })
    const isAws = /(?:^|\.)amazonaws\.com(?:\.cn)?$/i.test(error.url.hostname)
    if (isAws && found === undefined)
      throw new StoreError("BadKey", "S3: it is not said in which region the bucket is", {
        hint: "Set AWS_REGION, or a region in the profile.",
      })
    return { url: error.url, region: found ?? DEFAULT_REGION, isAws }
  } finally {
    client.destroy()
  }
}

/** The region that options, environment or shared configuration name. */
async function findRegion(named: { readonly region?: string; readonly profile?: string }): Promise<string | undefined> {
  const client = new S3Client(named)
  try {
    return await client.config.region()
  } catch {
    return undefined
  } finally {
    client.destroy()
  }
}
