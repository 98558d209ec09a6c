import { type Agent, createServer, get } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, test, vi } from "vitest"
import type { AwsClient } from "./aws-client.ts"
import { findCredentials } from "./find-credentials.ts"
import { httpAgents } from "./http-agents.ts"
import { isLoopback } from "./is-loopback.ts"
import { configuredRegion, isEndpoint, resolveUrl } from "./resolve-url.ts"

type Middleware = Parameters<AwsClient["middlewareStack"]["add"]>[0]

function aClient(over: Partial<AwsClient["config"]> = {}) {
  const middleware: Middleware[] = []
  const destroy = vi.fn()
  const client = {
    config: { region: async () => "eu-central-1", credentials: async () => ({}), ...over },
    middlewareStack: { add: (one: Middleware) => middleware.push(one) },
    destroy,
  }
  const sendTo = async (request: object) => {
    for (const one of middleware) await one()({ request })
  }
  return { client, destroy, sendTo }
}

test.each([
  [{ protocol: "https:", hostname: "kms.example.org" }, "https://kms.example.org"],
  [{ protocol: "http:", hostname: "127.0.0.1", port: 9000 }, "http://127.0.0.1:9000"],
  [{ protocol: "http:", hostname: "[::1]", port: 9000 }, "http://[::1]:9000"],
])("a request to %j would go to %s, and goes nowhere", async (request, origin) => {
  const { client, destroy, sendTo } = aClient()
  expect((await resolveUrl(client, () => sendTo(request))).origin).toBe(origin)
  expect(destroy).toHaveBeenCalledOnce()
})

test("what the SDK says of an endpoint it cannot find is passed on, and so is a request that nothing stopped", async () => {
  const { client } = aClient()
  await expect(resolveUrl(client, () => Promise.reject(new Error("Region is missing")))).rejects.toThrow("Region")
  await expect(resolveUrl(client, async () => undefined)).rejects.toThrow("was sent")
})

test("a region that nobody configured is undefined", async () => {
  expect(await configuredRegion(aClient().client)).toBe("eu-central-1")
  const missing = aClient({ region: () => Promise.reject(new Error("Region is missing")) })
  expect(await configuredRegion(missing.client)).toBeUndefined()
  expect(missing.destroy).toHaveBeenCalledOnce()
})

test("credentials that nobody gives in three seconds are none, unless somebody was named who may take longer", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] })
  const never = aClient({ credentials: () => new Promise(() => undefined) })
  const aborts = new AbortController()
  vi.spyOn(AbortSignal, "timeout").mockReturnValue(aborts.signal)
  const finding = findCredentials(never.client, { isNamed: false })
  aborts.abort()
  await expect(finding).rejects.toMatchObject({ name: "CredentialsProviderError" })
  expect(never.destroy).toHaveBeenCalledOnce()
  vi.restoreAllMocks()
  vi.useRealTimers()

  const { promise, resolve } = Promise.withResolvers<unknown>()
  const named = aClient({ credentials: () => promise })
  const later = findCredentials(named.client, { isNamed: true })
  resolve({})
  await later
  expect(named.destroy).not.toHaveBeenCalled()
  const refused = aClient({ credentials: () => Promise.reject(new Error("no such profile")) })
  await expect(findCredentials(refused.client, { isNamed: true })).rejects.toThrow("no such profile")
  expect(refused.destroy).toHaveBeenCalledOnce()
})

test("this machine is reached without the proxy, also by names below localhost", async () => {
  const server = createServer((_, response) => response.end("here")).listen(0, "127.0.0.1")
  await new Promise((listening) => server.once("listening", listening))
  const { port } = server.address() as AddressInfo
  const url = new URL(`http://bucket.localhost:${port}/`)
  // Whoever asked this proxy would get no answer.
  const { httpAgent }: { httpAgent: Agent } = httpAgents({ proxy: "http://127.0.0.1:1" }, url)
  const text = await new Promise((resolve, reject) => {
    get(url, { agent: httpAgent }, (response) => response.on("data", (data: Buffer) => resolve(String(data)))).on(
      "error",
      reject,
    )
  })
  expect(text).toBe("here")
  httpAgent.destroy()
  server.close()
})

test.each([
  ["localhost", true],
  ["A.LOCALHOST", true],
  ["127.0.0.1", true],
  ["127.8.8.8", true],
  ["[::1]", true],
  ["localhost.example.org", false],
  ["127.0.0.1.example.org", false],
  ["10.0.0.1", false],
])("%s is this machine: %s", (name, is) => {
  expect(isLoopback(name)).toBe(is)
})

test.each([
  ["https://s3.example.org", true],
  ["HTTP://127.0.0.1:9000", true],
  ["s3.example.org", false],
  ["https://", false],
  ["ftp://example.org", false],
])("%s is an endpoint: %s", (text, is) => {
  expect(isEndpoint(text)).toBe(is)
})
