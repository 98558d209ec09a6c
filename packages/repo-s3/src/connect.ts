import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { findCredentials, httpAgents, isLoopback, silentLogger } from "@bcopy/aws-connection"
import { StoreError } from "@bcopy/repo"
import { findEndpoint } from "./find-endpoint.ts"
import { s3Failure } from "./s3-failure.ts"
import type { S3Connection } from "./s3-options.ts"
import { UsageCounter } from "./s3-usage.ts"
import type { SpendingCap } from "./spending-cap.ts"

const CONNECT_TIMEOUT_MS = 10_000
/** Longest silence in the middle of a request. */
const SOCKET_TIMEOUT_MS = 60_000
const PART_ATTEMPTS = 4
/** Sockets at once, unless told otherwise. */
const CONNECTIONS = 64

/** A connected service: the client, where it is, and what was done with it. */
export interface S3Service {
  readonly client: S3Client
  /** The same for parts of an object: each is sent again by itself, since else all of them would be. */
  readonly partsClient: S3Client
  /** How often an upload in parts was begun for a key, until one has ended: all but one of them may be left. */
  readonly begunUploads: Map<string, number>
  /** Scheme, host and port, without the bucket. */
  readonly endpoint: string
  readonly usage: UsageCounter
  /** Has credentials asked for anew before the next request. */
  renewCredentials(): Promise<void>
  close(): void
}

/**
 * Connects to S3 as the AWS tools do: settings of the environment and of the shared configuration apply where nothing is
 * said. Nothing is asked of the service yet; credentials are looked for, so that who has none is told at once.
 * @throws StoreError `Denied` without credentials, `Unsupported` for an endpoint that is not encrypted, `BadKey` for one that is no URL
 */
export async function connectS3(connection: S3Connection = {}, cap?: SpendingCap): Promise<S3Service> {
  const { credentials, profile, allowPlaintext = false } = connection
  const found = await findEndpoint(connection)
  const { url, region } = found
  if (url.protocol !== "https:" && !allowPlaintext && !isLoopback(url.hostname))
    throw new StoreError(
      "Unsupported",
      `${url.origin}: data would pass unencrypted, and the credentials' use with it`,
      {
        hint: "Use https, or allow it where the network is yours (allowPlaintext; BCOPY_ALLOW_PLAINTEXT=1 for the program).",
      },
    )
  const config: S3ClientConfig = {
    region,
    forcePathStyle: connection.pathStyle ?? !found.isAws,
    ...(connection.endpoint !== undefined && { endpoint: connection.endpoint }),
    ...(profile !== undefined && { profile }),
    ...(credentials !== undefined && { credentials }),
    // Who asks decides on asking again: every attempt is seen by the counters and the pace.
    maxAttempts: 1,
    // Bodies are signed with their SHA-256, which every server checks; what comes is proven by its seals.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      ...httpAgents({ connections: CONNECTIONS, ...connection }, url),
    },
    logger: silentLogger,
  }
  const client = new S3Client(config)
  const partsClient = new S3Client({ ...config, credentials: client.config.credentials, maxAttempts: PART_ATTEMPTS })
  const usage = new UsageCounter(cap)
  const begunUploads = new Map<string, number>()
  for (const one of [client, partsClient]) observe(one, usage)
  partsClient.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const { Key } = args.input as { readonly Key?: string }
        if (commandName === "CreateMultipartUploadCommand" && Key !== undefined)
          begunUploads.set(Key, (begunUploads.get(Key) ?? 0) + 1)
        return next(args)
      },
    { step: "deserialize", name: "bcopyBegun" },
  )
  // A profile may ask a person, who takes longer.
  const isNamed = profile !== undefined || (process.env["AWS_PROFILE"] ?? "") !== ""
  await findCredentials(client, { isNamed }).catch((error: unknown) => {
    throw s3Failure(error, "no credentials for S3")
  })
  return {
    client,
    partsClient,
    begunUploads,
    endpoint: url.origin,
    usage,
    async renewCredentials() {
      await (client.config.credentials as (options: { forceRefresh: boolean }) => Promise<unknown>)({
        forceRefresh: true,
      }).catch(ignore)
    },
    close() {
      client.destroy()
      partsClient.destroy()
    },
  }
}

const ignore = () => undefined

/** Has every attempt counted, and the service's time put into what it answers. */
function observe(client: S3Client, usage: UsageCounter): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const { body, headers: asked } = args.request as {
        readonly body?: { readonly byteLength?: number }
        readonly headers: Readonly<Record<string, string>>
      }
      const operation = (context.commandName ?? "").replace(/Command$/, "")
      usage.request(operation, body?.byteLength ?? 0, bytesOfRange(asked["range"]))
      const result = await next(args)
      const { headers } = result.response as { readonly headers?: Readonly<Record<string, string>> }
      const dateMs = Date.parse(headers?.["date"] ?? "")
      if (Number.isNaN(dateMs)) throw new StoreError("Unavailable", "the answer does not say what time it is")
      Object.assign(result.output as object, { dateMs })
      return result
    },
    { step: "deserialize", priority: "high", name: "bcopyObserve" },
  )
}

/** How many bytes a `Range` header asks for. */
function bytesOfRange(range: string | undefined): number {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? []
  return first === undefined ? 0 : Number(last) - Number(first) + 1
}
