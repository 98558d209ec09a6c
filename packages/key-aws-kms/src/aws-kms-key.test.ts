import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import { type AwsKmsOptions, openAwsKmsKey } from "./aws-kms-key.ts"
import { isKmsError, type KmsErrorCode } from "./kms-error.ts"
import { type KmsDouble, type KmsMood, startKmsDouble } from "./testing/kms-double.ts"

let kms: KmsDouble
beforeAll(async () => {
  kms = await startKmsDouble()
})
beforeEach(() => {
  kms.mood = { type: "well" }
  kms.requests.length = 0
})
afterAll(() => kms.close())

const ARN = "arn:aws:kms:eu-central-1:111122223333:key/"
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "top-secret" }
const context = { "bcopy-repository": "00112233445566778899aabbccddeeff" }
const secret = new Uint8Array(32).fill(7)
const open = (over: Partial<AwsKmsOptions> = {}) =>
  openAwsKmsKey({ keyId: `${ARN}key-1`, endpoint: kms.endpoint, credentials, ...over })

test("what a key wrapped it unwraps, for the same context, in signed requests", async () => {
  const key = await open()
  const wrapped = await key.wrap(secret, context)
  expect(Buffer.from(wrapped).includes(Buffer.from(secret))).toBe(false)
  expect([...(await key.unwrap(wrapped, context))]).toEqual([...secret])
  expect(kms.requests.map(({ operation }) => operation)).toEqual(["Encrypt", "Decrypt"])
  expect(kms.requests[0]?.authorization).toContain("/eu-central-1/kms/aws4_request")
})

test("another repository's context opens nothing", async () => {
  const key = await open()
  const wrapped = await key.wrap(secret, context)
  await expect(key.unwrap(wrapped, { "bcopy-repository": "ff".repeat(16) })).rejects.toMatchObject({ code: "WrongKey" })
})

test("another key opens nothing, although the service could tell which it was", async () => {
  const wrapped = await (await open()).wrap(secret, context)
  const other = await open({ keyId: `${ARN}key-2` })
  await expect(other.unwrap(wrapped, context)).rejects.toMatchObject({ code: "WrongKey" })
})

test("an alias is written down as the key that it stands for today", async () => {
  const key = await open({ keyId: "alias/backups", region: "eu-central-1" })
  expect(key.keyId).toBe("alias/backups")
  await key.wrap(secret, context)
  expect(key.keyId).toBe(`${ARN}key-1`)
})

test("the region is that of the ARN unless another one is given", async () => {
  await (await open({ keyId: `${ARN}key-1`, region: "us-west-2" })).wrap(secret, context)
  expect(kms.requests[0]?.authorization).toContain("/us-west-2/kms/")
})

const failures: readonly (readonly [string, KmsMood, KmsErrorCode])[] = [
  [
    "a key that is switched off",
    { type: "error", name: "DisabledException", message: "key-1 is disabled." },
    "Disabled",
  ],
  [
    "a key whose state says that it is disabled",
    { type: "error", name: "KMSInvalidStateException", message: "key-1 is disabled." },
    "Disabled",
  ],
  [
    "a key that waits to be deleted",
    { type: "error", name: "KMSInvalidStateException", message: "key-1 is pending deletion." },
    "Deleted",
  ],
  ["a key that is not there", { type: "error", name: "NotFoundException", message: "no such key" }, "NotFound"],
  ["credentials that may not", { type: "error", name: "AccessDeniedException", message: "not authorized" }, "Denied"],
  ["credentials that are none", { type: "error", name: "UnrecognizedClientException" }, "Denied"],
  ["a key for signing", { type: "error", name: "InvalidKeyUsageException" }, "BadArgument"],
  ["a service that is broken", { type: "error", name: "KMSInternalException", status: 500 }, "Unreachable"],
  ["a refusal that nobody knows", { type: "error", name: "SurprisingException", message: "?" }, "Unknown"],
  ["a connection that is cut", { type: "reset" }, "Unreachable"],
  ["a service that stays too busy", { type: "throttle", times: 100 }, "Throttled"],
]

test.each(failures)("%s is told as such, with the key's name", async (_, mood, code) => {
  const key = await open()
  kms.mood = mood
  const failure = await key.wrap(secret, context).catch((error: unknown) => error)
  expect(isKmsError(failure)).toBe(true)
  expect(failure).toMatchObject({ code, message: expect.stringContaining(`${ARN}key-1`) })
  expect(JSON.stringify(failure) + String((failure as Error).stack)).not.toContain("top-secret")
})

test("a service that is busy for a moment is asked again", async () => {
  kms.mood = { type: "throttle", times: 2 }
  await (await open()).wrap(secret, context)
  expect(kms.requests).toHaveLength(3)
})

test("nobody at the endpoint is told soon", async () => {
  const gone = await startKmsDouble()
  await gone.close()
  const key = await open({ endpoint: gone.endpoint })
  await expect(key.wrap(secret, context)).rejects.toMatchObject({ code: "Unreachable" })
})

test("a signal ends the waiting for a service that says nothing", async () => {
  kms.mood = { type: "silent" }
  const key = await open()
  const stop = AbortSignal.timeout(100)
  await expect(key.wrap(secret, context, { signal: stop })).rejects.toMatchObject({ code: "Aborted" })
})

test("more than a key takes is refused before it is sent", async () => {
  const key = await open()
  await expect(key.wrap(new Uint8Array(4097), context)).rejects.toMatchObject({ code: "BadArgument" })
  expect(kms.requests).toHaveLength(0)
})

test("an endpoint elsewhere that is not encrypted is refused", async () => {
  await expect(open({ endpoint: "http://kms.example.com" })).rejects.toMatchObject({ code: "BadArgument" })
  await expect(open({ endpoint: "kms" })).rejects.toMatchObject({ code: "BadArgument" })
})

test("who has no credentials is told within 3 seconds", async () => {
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"])
    vi.stubEnv(name, "")
  vi.stubEnv("HOME", "/nonexistent")
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent/config")
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials")
  try {
    const begun = performance.now()
    const opened = openAwsKmsKey({ keyId: `${ARN}key-1`, endpoint: kms.endpoint })
    await expect(opened).rejects.toMatchObject({ code: "NoCredentials" })
    expect(performance.now() - begun).toBeLessThan(4000)
  } finally {
    vi.unstubAllEnvs()
  }
})
