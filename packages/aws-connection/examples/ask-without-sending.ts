import assert from "node:assert/strict"
import { type AwsClient, isLoopback, resolveUrl } from "@bcopy/aws-connection"

// A client as the SDK's are, for a service that does not exist: what it would send is caught before it leaves.
type Middleware = Parameters<AwsClient["middlewareStack"]["add"]>[0]
const middleware: Middleware[] = []
const client: AwsClient & { send(): Promise<unknown> } = {
  config: { region: async () => "eu-central-1", credentials: async () => ({}) },
  middlewareStack: { add: (one) => middleware.push(one) },
  async send() {
    const request = { protocol: "https:", hostname: "service.eu-central-1.example.org" }
    for (const one of middleware) await one()({ request })
    throw new Error("nothing stopped it")
  },
  destroy: () => undefined,
}

const url = await resolveUrl(client, () => client.send())
assert.equal(url.href, "https://service.eu-central-1.example.org/")
assert.equal(isLoopback(url.hostname), false)
assert.equal(isLoopback("backup.localhost"), true)
