import type { AwsClient } from "./aws-client.ts"

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
 * sending one: `send` sends any with this client, and never gets so far. The client is used up. Rejects with what the SDK says, if it cannot tell.
 */
export async function resolveUrl(client: AwsClient, send: () => Promise<unknown>): Promise<URL> {
  client.middlewareStack.add(
    () => (args) => {
      const { protocol, hostname, port } = args.request as { protocol: string; hostname: string; port?: number }
      return Promise.reject(new Resolved(new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`)))
    },
    { step: "build", priority: "low", name: "bcopyResolved" },
  )
  try {
    await send()
    throw new Error("was sent")
  } catch (error) {
    if (error instanceof Resolved) return error.url
    throw error
  } finally {
    client.destroy()
  }
}

/** The region that options, environment or shared configuration name; `undefined` if none does. The client is used up. */
export async function configuredRegion(client: Pick<AwsClient, "config" | "destroy">): Promise<string | undefined> {
  try {
    return await client.config.region()
  } catch {
    return undefined
  } finally {
    client.destroy()
  }
}

/** Whether text is a URL that requests could be sent to: `http://` or `https://` and a host. */
export function isEndpoint(text: string): boolean {
  return /^https?:\/\/[^/]+/i.test(text)
}

/** Credentials for clients that send nothing. */
export const noCredentials = { accessKeyId: "none", secretAccessKey: "none" } as const
