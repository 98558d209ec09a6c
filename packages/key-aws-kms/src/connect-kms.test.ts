import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { requireTool } from "@bcopy/require-tool"
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest"
import { openAwsKmsKey } from "./aws-kms-key.ts"
import { startKmsDouble } from "./testing/kms-double.ts"
import { stubAwsEnvironment } from "./testing/stub-aws-environment.ts"

const kms = await startKmsDouble()
const { endpoint } = kms
const folder = mkdtempSync(join(tmpdir(), "bcopy-kms-"))
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "top-secret" }
const account = "eu-central-1:111122223333"
const keyId = `arn:aws:kms:${account}:key/key-1`
const secret = new Uint8Array(32).fill(7)

beforeEach(() => {
  kms.requests.length = 0
  stubAwsEnvironment(folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
})
afterAll(async () => {
  await kms.close()
  rmSync(folder, { recursive: true })
})

/** Who asked, and in which region, the last time. */
const signer = () => /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(kms.requests.at(-1)?.authorization ?? "")?.slice(1)

/** Hands a request on to the double, as it is, and the answer back. */
function passOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { headers, method } = incoming
  const onward = request(endpoint, { path: "/", headers, method }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
    answer.pipe(outgoing)
  })
  incoming.pipe(onward)
}

test.each([keyId, `arn:aws:kms:${account}:alias/backups`])(
  "the region is that of %s, whatever the environment says",
  async (name) => {
    vi.stubEnv("AWS_REGION", "us-west-2")
    await (await openAwsKmsKey({ keyId: name, endpoint, credentials })).wrap(secret, {})
    expect(signer()).toEqual(["AKIDEXAMPLE", "eu-central-1"])
  },
)

test("a region that is given goes before that of the ARN", async () => {
  await (await openAwsKmsKey({ keyId, endpoint, credentials, region: "us-west-2" })).wrap(secret, {})
  expect(signer()?.[1]).toBe("us-west-2")
})

test("the environment says where and who, as for the AWS tools", async () => {
  vi.stubEnv("AWS_ENDPOINT_URL_KMS", endpoint)
  vi.stubEnv("AWS_REGION", "eu-north-1")
  vi.stubEnv("AWS_ACCESS_KEY_ID", "FROMENV")
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "hidden")
  await (await openAwsKmsKey({ keyId: "alias/backups" })).wrap(secret, {})
  expect(signer()).toEqual(["FROMENV", "eu-north-1"])
})

test("so does a profile of the shared configuration", async () => {
  writeFileSync(
    join(folder, "profiles"),
    `[profile backup]\nregion = eu-south-1\nendpoint_url = ${endpoint}\naws_access_key_id = FROMPROFILE\naws_secret_access_key = hidden\n`,
  )
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "profiles"))
  await (await openAwsKmsKey({ keyId: "alias/backups", endpoint, profile: "backup" })).wrap(secret, {})
  expect(signer()).toEqual(["FROMPROFILE", "eu-south-1"])
  vi.stubEnv("AWS_PROFILE", "backup")
  await (await openAwsKmsKey({ keyId: "alias/backups" })).wrap(secret, {})
  expect(kms.requests).toHaveLength(2)
})

test("on AWS itself a region must be said", async () => {
  await expect(openAwsKmsKey({ keyId: "alias/backups", credentials })).rejects.toMatchObject({
    code: "BadArgument",
    message: expect.stringContaining("alias/backups"),
    hint: expect.stringContaining("AWS_REGION"),
  })
})

test("an endpoint that is no URL is refused", async () => {
  await expect(openAwsKmsKey({ keyId, endpoint: "kms", credentials })).rejects.toMatchObject({ code: "BadArgument" })
})

test("an endpoint elsewhere that is not encrypted is refused, whoever names it", async () => {
  const elsewhere = "http://kms.example.org"
  const refused = { code: "BadArgument", message: expect.stringContaining(`${keyId}: to ${elsewhere}`) }
  await expect(openAwsKmsKey({ keyId, endpoint: elsewhere, credentials })).rejects.toMatchObject(refused)
  writeFileSync(join(folder, "plain"), `[profile plain]\nendpoint_url = ${elsewhere}\n`)
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "plain"))
  vi.stubEnv("AWS_PROFILE", "plain")
  await expect(openAwsKmsKey({ keyId, credentials })).rejects.toMatchObject(refused)
  vi.stubEnv("AWS_PROFILE", undefined)
  vi.stubEnv("AWS_ENDPOINT_URL_KMS", elsewhere)
  await expect(openAwsKmsKey({ keyId, credentials })).rejects.toMatchObject(refused)
})

test("who has no credentials is told within 3 seconds, and what to set", async () => {
  const begunMs = performance.now()
  await expect(openAwsKmsKey({ keyId, endpoint })).rejects.toMatchObject({
    code: "NoCredentials",
    message: expect.stringContaining(keyId),
    hint: expect.stringContaining("AWS_ACCESS_KEY_ID"),
  })
  expect(performance.now() - begunMs).toBeLessThan(3_500)
  expect(kms.requests).toHaveLength(0)
})

test("a service of the machine's own that says nothing is waited for no longer than that", async () => {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1")
  await once(silent, "listening")
  onTestFinished(() => {
    silent.close()
    silent.closeAllConnections()
  })
  const nobody = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", nobody)
  vi.stubEnv("AWS_EC2_METADATA_SERVICE_ENDPOINT", nobody)
  const begunMs = performance.now()
  await expect(openAwsKmsKey({ keyId, endpoint })).rejects.toMatchObject({ code: "NoCredentials" })
  expect(performance.now() - begunMs).toBeLessThan(3_500)
})

test("through a proxy, for every machine but this one", async () => {
  const passed: string[] = []
  const proxy = createServer((incoming, outgoing) => {
    passed.push(incoming.url ?? "")
    passOn(incoming, outgoing)
  }).listen(0, "127.0.0.1")
  await once(proxy, "listening")
  onTestFinished(() => void proxy.close())
  const through = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const elsewhere = { keyId, endpoint: "http://kms.example.org", credentials, allowPlaintext: true }
  const given = await openAwsKmsKey({ ...elsewhere, proxy: through })
  await given.wrap(secret, {})
  given.close()
  expect(passed).toEqual(["http://kms.example.org/"])
  vi.stubEnv("HTTP_PROXY", through)
  const found = await openAwsKmsKey(elsewhere)
  await found.wrap(secret, {})
  found.close()
  expect(passed).toHaveLength(2)
  const direct = await openAwsKmsKey({ keyId, endpoint, credentials, proxy: through })
  await direct.wrap(secret, {})
  direct.close()
  expect(passed).toHaveLength(2)
})

test.skipIf(!requireTool("openssl", "openssl"))(
  "with certificates of an authority of one's own [needs openssl]",
  async () => {
    const [keyFile, certFile] = [join(folder, "tls.key"), join(folder, "tls.crt")]
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", keyFile, "-out", certFile]
    execFileSync("openssl", [...made, ...subject], { stdio: "ignore" })
    const cert = readFileSync(certFile, "utf8")
    const tls = createTlsServer({ key: readFileSync(keyFile), cert }, passOn).listen(0, "127.0.0.1")
    await once(tls, "listening")
    onTestFinished(() => void tls.close())
    const secure = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`
    const untrusted = await openAwsKmsKey({ keyId, endpoint: secure, credentials })
    await expect(untrusted.wrap(secret, {})).rejects.toMatchObject({
      code: "Unreachable",
      message: expect.stringContaining("SELF_SIGNED_CERT"),
    })
    untrusted.close()
    const trusted = await openAwsKmsKey({ keyId, endpoint: secure, credentials, ca: cert })
    await trusted.wrap(secret, {})
    trusted.close()
    expect(kms.requests).toHaveLength(1)
  },
)
