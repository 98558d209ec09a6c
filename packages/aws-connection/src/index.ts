/** Connects clients of the AWS SDK as the AWS tools would, and tells early what is missing. */

// Where requests go
export { configuredRegion, isEndpoint, noCredentials, resolveUrl } from "./resolve-url.ts"
export { isLoopback } from "./is-loopback.ts"

// How they get there
export { type AgentOptions, type HttpAgents, httpAgents } from "./http-agents.ts"
export { findCredentials } from "./find-credentials.ts"
export { type AwsClient, silentLogger } from "./aws-client.ts"
