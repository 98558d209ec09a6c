import { inspect } from "node:util"
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import { openAwsKmsKey } from "./aws-kms-key.ts"
import type { AwsKmsOptions } from "./aws-kms-options.ts"
import { isKmsError, type KmsErrorCode } from "./kms-error.ts"
import { type KmsDouble, type KmsMood, startKmsDouble } from "./testing/kms-double.ts"
import { stubAwsEnvironment } from "./testing/stub-aws-environment.ts"

let kms: KmsDouble
beforeAll(async () => {
  stubAwsEnvironment()
  kms = await startKmsDouble()
})
beforeEach(() => {
  kms.mood = { type: "well" }
  kms.requests.length = 0
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await kms.close()
})

const ARN = "arn:aws:kms:eu-central-1:111122223333:key/"
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "top-secret" }
const context = { "bcopy-repository": "00112233445566778899aabbccddeeff" }
const secret = new TextEncoder().encode("a secret of thirty-two bytes ...")
const open = (over: Partial<AwsKmsOptions> = {}) =>
  openAwsKmsKey({ keyId: `${ARN}key-1`, endpoint: kms.endpoint, credentials, ...over })

test("what a key wrapped it unwraps, for the same context, in signed requests", async () => {
  const key = await open()
  const wrapped = await key.wrap(secret, context)
  expect(Buffer.from(wrapped).includes(Buffer.from(secret))).toBe(false)
  expect([...(await key.unwrap(wrapped, context))]).toEqual([...secret])
  expect(kms.requests.map(({ operation }) => operation)).toEqual(["Encrypt", "Decrypt"])
  for (const { authorization } of kms.requests)
    expect(authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/kms\/aws4_request, SignedHeaders=.*x-amz-target.*, Signature=[0-9a-f]{64}$/,
    )
  key.close()
})

test("as much as a key takes is wrapped", async () => {
  const key = await open()
  const most = new Uint8Array(4096).fill(9)
  expect(await key.unwrap(await key.wrap(most, context), context)).toEqual(most)
})

test("another repository's context opens nothing", async () => {
  const key = await open()
  const wrapped = await key.wrap(secret, context)
  await expect(key.unwrap(wrapped, { "bcopy-repository": "ff".repeat(16) })).rejects.toMatchObject({ code: "WrongKey" })
})

test("no context opens nothing that has one", async () => {
  const key = await open()
  const wrapped = await key.wrap(secret, context)
  await expect(key.unwrap(wrapped, {})).rejects.toMatchObject({ code: "WrongKey" })
})

test("what was changed opens nothing", async () => {
  const key = await open()
  const wrapped = await key.wrap(secret, context)
  wrapped[wrapped.length - 20]! ^= 1
  await expect(key.unwrap(wrapped, context)).rejects.toMatchObject({ code: "WrongKey" })
})

test("another key opens nothing, although the service could tell which it was", async () => {
  const wrapped = await (await open()).wrap(secret, context)
  const other = await open({ keyId: `${ARN}key-2` })
  await expect(other.unwrap(wrapped, context)).rejects.toMatchObject({ code: "WrongKey" })
})

test.each(["alias/backups", "arn:aws:kms:eu-central-1:111122223333:alias/backups", "key-1"])(
  "%s is written down as the key that it stands for today",
  async (keyId) => {
    const key = await open({ keyId, region: "eu-central-1" })
    expect(key.keyId).toBe(keyId)
    const wrapped = await key.wrap(secret, context)
    expect(key.keyId).toBe(`${ARN}key-1`)
    expect(await (await open({ keyId: key.keyId })).unwrap(wrapped, context)).toEqual(secret)
  },
)

const failures: readonly (readonly [string, KmsMood, KmsErrorCode, RegExp])[] = [
  [
    "a key that is switched off",
    { type: "error", name: "DisabledException", message: "key-1 is disabled." },
    "Disabled",
    /enable-key/,
  ],
  [
    "a key whose state says that it is disabled",
    { type: "error", name: "KMSInvalidStateException", message: "key-1 is disabled." },
    "Disabled",
    /describe-key/,
  ],
  [
    "a key that waits for what it is to be made of",
    { type: "error", name: "KMSInvalidStateException", message: "key-1 is pending import." },
    "Disabled",
    /describe-key/,
  ],
  [
    "a key that waits to be deleted",
    { type: "error", name: "KMSInvalidStateException", message: "key-1 is pending deletion." },
    "Deleted",
    /cancel-key-deletion/,
  ],
  [
    "a key that is gone",
    { type: "error", name: "NotFoundException", message: "Key 'key-1' does not exist" },
    "NotFound",
    /region/,
  ],
  [
    "credentials that may not",
    { type: "error", name: "com.amazonaws.kms#AccessDeniedException", message: "not authorized" },
    "Denied",
    /Policy/,
  ],
  [
    "credentials that are none",
    { type: "error", name: "UnrecognizedClientException" },
    "Denied",
    /access key and the secret key/,
  ],
  ["credentials that have expired", { type: "error", name: "ExpiredTokenException" }, "Denied", /log in again/],
  ["a key for signing", { type: "error", name: "InvalidKeyUsageException" }, "BadArgument", /symmetric/],
  ["a request that is none", { type: "error", name: "ValidationException", message: "1 error" }, "BadArgument", /^$/],
  ["a service that is broken", { type: "error", name: "KMSInternalException", status: 500 }, "Unreachable", /later/],
  [
    "a key in a store that is cut off",
    { type: "error", name: "KeyUnavailableException", status: 500 },
    "Unreachable",
    /later/,
  ],
  ["a refusal that nobody knows", { type: "error", name: "SurprisingException", message: "?" }, "Unknown", /^$/],
  ["a refusal named like what every object has", { type: "error", name: "constructor" }, "Unknown", /^$/],
  ["a refusal that only its status tells", { type: "error", name: "Surprising", status: 403 }, "Denied", /Policy/],
  ["a connection that is cut", { type: "reset" }, "Unreachable", /network/],
  ["a web page instead of an answer", { type: "body", text: "<html>Welcome</html>" }, "Unknown", /endpoint/],
  ["a proxy that refuses", { type: "body", text: "<html>No</html>", status: 403 }, "Denied", /proxy/],
  ["a gateway that finds nobody", { type: "body", text: "<html>Bad</html>", status: 502 }, "Unreachable", /proxy/],
  ["an answer that holds nothing", { type: "body", text: "{}" }, "Unknown", /^$/],
]

test.each(failures)("%s is told as such, with the key's name", async (_, mood, code, hint) => {
  const key = await open()
  kms.mood = mood
  const failure = await key.wrap(secret, context).catch((error: unknown) => error)
  if (!isKmsError(failure)) throw new Error("no KmsError", { cause: failure })
  expect(failure).toMatchObject({ code, message: expect.stringContaining(`${ARN}key-1`) })
  expect(failure.hint ?? "").toMatch(hint)
  const all = inspect(failure, { showHidden: true, depth: 20 })
  expect(all).not.toContain(credentials.secretAccessKey)
  expect(all).not.toContain(Buffer.from(secret).toString("base64"))
})

test("the service's own error is the cause", async () => {
  const key = await open()
  kms.mood = { type: "error", name: "DisabledException", message: "key-1 is disabled." }
  const failure = await key.wrap(secret, context).catch((error: unknown) => error)
  expect(failure).toMatchObject({ cause: { name: "DisabledException" } })
})

test("an answer that cannot be read is told without a word of the secret in it", async () => {
  const key = await open()
  const told = Buffer.from(secret).toString("base64")
  for (const text of [`{"Plaintext":${told}}`, `{"Plaintext":"${told}"`, `{"Plaintext":"${told}"} and more`]) {
    kms.mood = { type: "body", text }
    const failure = await key.unwrap(new Uint8Array(100), context).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: "Unknown", hint: expect.stringContaining("endpoint") })
    expect(inspect(failure, { showHidden: true, depth: 20 })).not.toContain(told.slice(0, 6))
  }
})

test("a service that is busy for a moment is asked again", async () => {
  kms.mood = { type: "throttle", times: 2 }
  await (await open()).wrap(secret, context)
  expect(kms.requests).toHaveLength(3)
})

test("a service that stays too busy is asked four times", async () => {
  kms.mood = { type: "throttle", times: 100 }
  await expect((await open()).wrap(secret, context)).rejects.toMatchObject({
    code: "Throttled",
    message: expect.stringContaining(`${ARN}key-1`),
  })
  expect(kms.requests).toHaveLength(4)
})

test("a key that is switched off is not asked twice", async () => {
  kms.mood = { type: "error", name: "DisabledException" }
  await expect((await open()).wrap(secret, context)).rejects.toMatchObject({ code: "Disabled" })
  expect(kms.requests).toHaveLength(1)
})

test("nobody at the endpoint is told soon", async () => {
  const gone = await startKmsDouble()
  await gone.close()
  const key = await open({ endpoint: gone.endpoint })
  const begunMs = performance.now()
  await expect(key.wrap(secret, context)).rejects.toMatchObject({
    code: "Unreachable",
    message: expect.stringContaining("ECONNREFUSED"),
  })
  expect(performance.now() - begunMs).toBeLessThan(5_000)
})

test("a service that says nothing is given up, after four attempts", async () => {
  kms.mood = { type: "silent" }
  const key = await open({ requestTimeoutMs: 100 })
  const begunMs = performance.now()
  await expect(key.wrap(secret, context)).rejects.toMatchObject({
    code: "Unreachable",
    message: expect.stringContaining("TimeoutError"),
  })
  expect(performance.now() - begunMs).toBeLessThan(5_000)
  expect(kms.requests).toHaveLength(4)
})

test("a signal ends the waiting for a service that says nothing", async () => {
  kms.mood = { type: "silent" }
  const key = await open()
  const begunMs = performance.now()
  const aborted = { code: "Aborted", message: expect.stringContaining(`${ARN}key-1`) }
  await expect(key.wrap(secret, context, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject(aborted)
  await expect(key.unwrap(secret, context, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject(aborted)
  expect(performance.now() - begunMs).toBeLessThan(2_000)
})

test("a signal ends the waiting between two attempts", async () => {
  kms.mood = { type: "throttle", times: 100 }
  const key = await open()
  const stop = new AbortController()
  const wrapping = key.wrap(secret, context, { signal: stop.signal })
  await vi.waitFor(() => expect(kms.requests.length).toBeGreaterThan(0), { interval: 5 })
  const asked = kms.requests.length
  stop.abort()
  await expect(wrapping).rejects.toMatchObject({ code: "Aborted" })
  // What was on its way arrives still.
  expect(kms.requests.length).toBeLessThanOrEqual(asked + 1)
})

test("a signal that has fired lets no request be made", async () => {
  const key = await open()
  await expect(key.wrap(secret, context, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "Aborted" })
  expect(kms.requests).toHaveLength(0)
})

test.each([0, 4097])("%d bytes are refused before they are sent", async (length) => {
  const key = await open()
  await expect(key.wrap(new Uint8Array(length), context)).rejects.toMatchObject({
    code: "BadArgument",
    message: expect.stringContaining(`${ARN}key-1`),
  })
  expect(kms.requests).toHaveLength(0)
})

test("an error of another copy of the package is known as one", () => {
  const other = Object.assign(new Error("x"), { [Symbol.for("@bcopy/key-aws-kms.KmsError")]: true })
  expect([other, new Error("x"), undefined, "x"].map(isKmsError)).toEqual([true, false, false, false])
})
