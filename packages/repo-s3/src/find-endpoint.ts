import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3"
import { configuredRegion, isEndpoint, noCredentials, resolveUrl } from "@bcopy/aws-connection"
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

/**
 * Asks the SDK where it would send a request, by its own rules (options, environment, shared configuration), without
 * sending one. @throws StoreError `BadKey`
 */
export async function findEndpoint({ endpoint, region, profile }: S3Connection): Promise<S3Endpoint> {
  if (endpoint !== undefined && !isEndpoint(endpoint))
    throw new StoreError("BadKey", `${endpoint}: an endpoint is a URL such as https://s3.example.org`)
  const named = { ...(profile !== undefined && { profile }) }
  const found = await configuredRegion(new S3Client({ ...named, ...(region !== undefined && { region }) }))
  const client = new S3Client({
    ...named,
    forcePathStyle: true,
    region: found ?? DEFAULT_REGION,
    ...(endpoint !== undefined && { endpoint }),
    credentials: noCredentials,
  })
  const url = await resolveUrl(client, () => client.send(new HeadBucketCommand({ Bucket: "bucket" }))).catch(
    (cause: unknown) => {
      const said = cause instanceof Error ? cause.message : String(cause)
      throw new StoreError("BadKey", `S3: no endpoint to send requests to: ${said}`, { cause })
    },
  )
  const isAws = /(?:^|\.)amazonaws\.com(?:\.cn)?$/i.test(url.hostname)
  if (isAws && found === undefined)
    throw new StoreError("BadKey", "S3: it is not said in which region the bucket is", {
      hint: "Set AWS_REGION, or a region in the profile.",
    })
  return { url, region: found ?? DEFAULT_REGION, isAws }
}
