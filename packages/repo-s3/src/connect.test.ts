import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isStoreError, parseObjectKey, withRetry } from "@bcopy/repo"
import { requireTool } from "@bcopy/require-tool"
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest"
import { openS3Store } from "./open-s3-store.ts"
import { startFakeS3 } from "./testing/index.ts"

const server = await startFakeS3({ buckets: { bucket: { versioning: "off", objectLock: false } } })
const { endpoint, credentials } = server
const place = { bucket: "bucket", prefix: "" }
const key = parseObjectKey("a")
const folder = mkdtempSync(join(tmpdir(), "bcopy-connect-"))

afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

beforeEach(() => {
  for (const name of Object.keys(process.env).filter((one) => one.startsWith("AWS_"))) vi.stubEnv(name, undefined)
  // Nothing of the machine's own.
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(folder, "none"))
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "none"))
  vi.stubEnv("HOME", folder)
})

afterEach(() => {
  vi.unstubAllEnvs()
  server.setCredentials([credentials])
})

/** Hands a request on to the server, as it is, and the answer back. */
function passOn(incoming: IncomingMessage, outgoing: ServerResponse, path: string): void {
  const { headers, method } = incoming
  const onward = request(endpoint, { path, headers, method }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
    answer.pipe(outgoing)
  })
  incoming.pipe(onward)
}

test("the environment says where and who, as for the AWS tools", async () => {
  vi.stubEnv("AWS_ENDPOINT_URL_S3", endpoint)
  vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId)
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey)
  const store = await openS3Store(place)
  expect(store.endpoint).toBe(endpoint)
  expect(await store.read(key)).toBeUndefined()
  store.close()
})

test("so does a profile of the shared configuration", async () => {
  const { accessKeyId, secretAccessKey } = credentials
  writeFileSync(
    join(folder, "credentials"),
    `[backup]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`,
  )
  writeFileSync(join(folder, "config"), `[profile backup]\nregion = eu-north-1\nendpoint_url = ${endpoint}\n`)
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(folder, "credentials"))
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "config"))
  const store = await openS3Store({ ...place, connection: { profile: "backup", endpoint } })
  expect(await store.read(key)).toBeUndefined()
  store.close()
  vi.stubEnv("AWS_PROFILE", "backup")
  const other = await openS3Store(place)
  expect(other.endpoint).toBe(endpoint)
  other.close()
})

test("who has no credentials is told within 3 seconds, and what to set", async () => {
  const startMs = performance.now()
  const error = await openS3Store({ ...place, connection: { endpoint } }).catch((failure: unknown) => failure)
  expect(error).toMatchObject({ code: "Denied", hint: expect.stringContaining("AWS_ACCESS_KEY_ID") })
  expect(performance.now() - startMs).toBeLessThan(3_500)
})

test("on AWS itself a region must be said", async () => {
  const error = await openS3Store({ ...place, connection: { credentials } }).catch((failure: unknown) => failure)
  expect(error).toMatchObject({ code: "BadKey", hint: expect.stringContaining("AWS_REGION") })
})

test("credentials that expire on the way are asked for anew", async () => {
  const session = (sessionToken: string) => ({ ...credentials, sessionToken })
  server.setCredentials([session("first")])
  let asked = 0
  const provider = async () => session(asked++ === 0 ? "first" : "second")
  const store = await openS3Store({ ...place, connection: { endpoint, credentials: provider } })
  await store.create(key, new Uint8Array(10))
  server.setCredentials([{ ...session("first"), expired: true }, session("second")])
  const retried = withRetry(store, {
    attempts: 2,
    baseDelayMs: 0,
    clock: { sleep: async () => undefined },
    random: () => 0,
  })
  expect((await retried.read(key))?.bytes).toHaveLength(10)
  expect(asked).toBe(2)
  store.close()
})

test("buckets in the host name are asked for that way", async () => {
  const { port } = server
  const connection = { endpoint: `http://localhost:${port}`, credentials, pathStyle: false }
  const store = await openS3Store({ ...place, connection })
  expect((await store.list("")).objects.length).toBeLessThan(2)
  expect(store.endpoint).toBe(`http://localhost:${port}`)
  store.close()
})

test("through a proxy, for every machine but this one", async () => {
  const passed: string[] = []
  const proxy = createServer((incoming, outgoing) => {
    passed.push(incoming.url ?? "")
    const { pathname, search } = new URL(incoming.url ?? "")
    passOn(incoming, outgoing, pathname + search)
  }).listen(0, "127.0.0.1")
  await once(proxy, "listening")
  onTestFinished(() => void proxy.close())
  const through = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const connection = { endpoint: "http://s3.example.org", credentials, proxy: through, allowPlaintext: true }
  const store = await openS3Store({ ...place, connection })
  expect(passed.length).toBeGreaterThan(0)
  expect(passed.every((url) => url.startsWith("http://s3.example.org/bucket"))).toBe(true)
  store.close()
  const asked = passed.length
  const direct = await openS3Store({ ...place, connection: { endpoint, credentials, proxy: through } })
  direct.close()
  expect(passed).toHaveLength(asked)
})

test.skipIf(!requireTool("openssl", "openssl"))(
  "with certificates of an authority of one's own [needs openssl]",
  async () => {
    const [keyFile, certFile] = [join(folder, "tls.key"), join(folder, "tls.crt")]
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", keyFile, "-out", certFile]
    execFileSync("openssl", [...made, ...subject], { stdio: "ignore" })
    const cert = readFileSync(certFile, "utf8")
    const tls = createTlsServer({ key: readFileSync(keyFile), cert }, (incoming, outgoing) =>
      passOn(incoming, outgoing, incoming.url ?? ""),
    ).listen(0, "127.0.0.1")
    await once(tls, "listening")
    onTestFinished(() => void tls.close())
    const secure = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`
    const untrusted = await openS3Store({ ...place, connection: { endpoint: secure, credentials } }).catch(
      (failure: unknown) => failure,
    )
    expect(isStoreError(untrusted) && untrusted.code).toBe("Unavailable")
    const store = await openS3Store({ ...place, connection: { endpoint: secure, credentials, ca: cert } })
    expect(store.endpoint).toBe(secure)
    store.close()
  },
)

test("a role that a profile names is assumed, and its credentials are used", async () => {
  const assumed = { accessKeyId: "ASSUMED", secretAccessKey: "of-the-role", sessionToken: "token" }
  let asked = ""
  const sts = createServer((incoming, outgoing) => {
    let body = ""
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()))
    incoming.on("end", () => {
      asked = body
      const until = new Date(Date.now() + 3_600_000).toISOString()
      outgoing.setHeader("content-type", "text/xml").end(`<AssumeRoleResponse><AssumeRoleResult><Credentials>
        <AccessKeyId>${assumed.accessKeyId}</AccessKeyId><SecretAccessKey>${assumed.secretAccessKey}</SecretAccessKey>
        <SessionToken>${assumed.sessionToken}</SessionToken><Expiration>${until}</Expiration>
        </Credentials></AssumeRoleResult></AssumeRoleResponse>`)
    })
  }).listen(0, "127.0.0.1")
  await once(sts, "listening")
  onTestFinished(() => void sts.close())
  writeFileSync(
    join(folder, "roles"),
    `[profile base]\naws_access_key_id = ${credentials.accessKeyId}\naws_secret_access_key = ${credentials.secretAccessKey}\n` +
      "[profile copier]\nregion = us-east-1\nrole_arn = arn:aws:iam::123456789012:role/copier\nsource_profile = base\n",
  )
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "roles"))
  vi.stubEnv("AWS_ENDPOINT_URL_STS", `http://127.0.0.1:${(sts.address() as AddressInfo).port}`)
  server.setCredentials([assumed])
  const store = await openS3Store({ ...place, connection: { profile: "copier", endpoint } })
  await store.create(parseObjectKey("by-role"), new Uint8Array([1]))
  expect(asked).toContain("Action=AssumeRole")
  expect(asked).toContain(encodeURIComponent("arn:aws:iam::123456789012:role/copier"))
  expect((await store.read(parseObjectKey("by-role")))?.bytes).toEqual(new Uint8Array([1]))
  store.close()
})
