import { lookup } from "node:dns"
import { Agent as HttpAgent } from "node:http"
import { Agent as HttpsAgent } from "node:https"
import type { LookupFunction } from "node:net"
import { getCACertificates } from "node:tls"
import { isLoopback } from "./is-loopback.ts"

export interface AgentOptions {
  /** Certificates of an authority that is trusted beside the usual ones, in PEM. */
  readonly ca?: string
  /** URL of a proxy; that of the environment (`HTTPS_PROXY`, `NO_PROXY`, …) if absent. */
  readonly proxy?: string
  /** Sockets at once at most. */
  readonly connections?: number
}

/**
 * Agents of `node:http` and `node:https`. Their types fit the options of the SDK, and name no module of Node: who uses a
 * package that is built on this one need not have them.
 */
export interface HttpAgents {
  readonly httpAgent: never
  readonly httpsAgent: never
}

/**
 * Agents for the SDK's request handler: connections are kept, the proxy is the given one or the environment's, and is not
 * asked for the way to this machine.
 */
export function httpAgents({ ca, proxy, connections }: AgentOptions, url: URL): HttpAgents {
  const proxyEnv = proxy === undefined ? process.env : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy }
  const options = {
    keepAlive: true,
    lookup: lookUp,
    ...(connections !== undefined && { maxSockets: connections }),
    ...(!isLoopback(url.hostname) && { proxyEnv }),
  }
  const trusted = ca === undefined ? {} : { ca: [...getCACertificates("default"), ca] }
  return {
    httpAgent: new HttpAgent(options) as never,
    httpsAgent: new HttpsAgent({ ...options, ...trusted }) as never,
  }
}

/** Names below localhost are this machine (RFC 6761, 6.3), also where nobody told the resolver. */
const lookUp: LookupFunction = (hostname, options, found) =>
  lookup(hostname.toLowerCase().endsWith(".localhost") ? "localhost" : hostname, options, found)
