import { StoreError } from "@bcopy/repo"
import { parseS3Address, type S3Address } from "./s3-address.ts"
import type { S3Connection, S3Keeping, S3StorageClass } from "./s3-options.ts"

/** An address with settings behind it: `s3://bucket/prefix?region=eu-west-1&storage-class=STANDARD_IA`. */
export interface S3Location {
  readonly address: S3Address
  readonly connection: Pick<S3Connection, "endpoint" | "region" | "profile" | "pathStyle" | "proxy" | "allowPlaintext">
  readonly keeping: Omit<S3Keeping, "multipartBytes" | "encryption">
  /** Encryption at rest; for `sse-c` the key lies in a file. */
  readonly encryption?:
    | { readonly type: "sse-s3" }
    | { readonly type: "sse-kms"; readonly keyId?: string; readonly bucketKey?: boolean }
    | { readonly type: "sse-c"; readonly keyFile: string }
  /** File with PEM certificates of authorities to trust. */
  readonly caFile?: string
}

const storageClasses = ["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"] as const
const encryptions = ["sse-s3", "sse-kms", "sse-c"] as const
const lockModes = ["compliance", "governance"] as const
const switches = ["true", "false"] as const

/** The settings that an address may carry, each with what it takes. */
export const s3Settings = {
  endpoint: "URL of the service",
  region: "region of the bucket",
  profile: "section of the AWS configuration",
  "path-style": "true or false: the bucket's name in the path",
  proxy: "URL of an HTTP proxy",
  ca: "file with certificates to trust",
  plaintext: "true: data may pass unencrypted",
  "storage-class": `of packs: ${storageClasses.join(", ")}`,
  encryption: `at rest: ${encryptions.join(", ")}`,
  "kms-key": "key id or ARN, with encryption=sse-kms",
  "bucket-key": "true or false, with encryption=sse-kms",
  "key-file": "file with a key of 32 bytes, with encryption=sse-c",
  "lock-mode": lockModes.join(" or "),
} as const

type S3Setting = keyof typeof s3Settings

/**
 * Reads an address that may carry settings as the query of a URL does. Secrets have no place in it: credentials come from
 * where the AWS tools take them, a customer's key from a file.
 * @throws StoreError `BadKey` for an address that is none, a setting that is not known, twice there or without sense
 */
export function parseS3Location(text: string): S3Location {
  const mark = text.indexOf("?")
  const address = parseS3Address(mark < 0 ? text : text.slice(0, mark))
  const given = new Map<S3Setting, string>()
  const refuse = (why: string) =>
    new StoreError("BadKey", `${mark < 0 ? text : text.slice(0, mark)}: ${why}`, {
      hint: `Settings stand behind the address: ?region=eu-west-1&storage-class=STANDARD_IA. There are ${Object.keys(s3Settings).join(", ")}.`,
    })
  for (const [name, value] of new URLSearchParams(mark < 0 ? "" : text.slice(mark + 1))) {
    if (!Object.hasOwn(s3Settings, name)) throw refuse(`there is no setting ${name}`)
    if (given.has(name as S3Setting)) throw refuse(`${name} is set twice`)
    if (value === "") throw refuse(`${name} is set to nothing`)
    given.set(name as S3Setting, value)
  }
  const oneOf = <Value extends string>(name: S3Setting, values: readonly Value[]): Value | undefined => {
    const value = given.get(name)
    if (value === undefined || values.includes(value as Value)) return value as Value | undefined
    throw refuse(`${name} is ${value}, and can be ${values.join(", ")}`)
  }
  const isOn = (name: S3Setting) => {
    const value = oneOf(name, switches)
    return value && value === "true"
  }
  const proxy = given.get("proxy")
  if (proxy !== undefined && !/^https?:$/.test(URL.parse(proxy)?.protocol ?? ""))
    throw refuse(`proxy is ${proxy}, and must be the URL of an HTTP proxy, such as http://proxy:3128`)
  const type = oneOf("encryption", encryptions)
  const needs = (name: S3Setting, wanted: (typeof encryptions)[number]) => {
    if (given.has(name) && type !== wanted) throw refuse(`${name} goes with encryption=${wanted}`)
  }
  needs("kms-key", "sse-kms")
  needs("bucket-key", "sse-kms")
  needs("key-file", "sse-c")
  const keyFile = given.get("key-file")
  if (type === "sse-c" && keyFile === undefined) throw refuse("encryption=sse-c needs a key-file")
  return defined({
    address,
    connection: defined({
      endpoint: given.get("endpoint"),
      region: given.get("region"),
      profile: given.get("profile"),
      pathStyle: isOn("path-style"),
      proxy,
      allowPlaintext: isOn("plaintext"),
    }),
    keeping: defined({
      packStorageClass: oneOf<S3StorageClass>("storage-class", storageClasses),
      lockMode: oneOf("lock-mode", lockModes),
    }),
    encryption: encryptionOf(),
    caFile: given.get("ca"),
  })

  function encryptionOf(): S3Location["encryption"] {
    if (type === undefined || type === "sse-s3") return type && { type }
    if (type === "sse-kms") return defined({ type, keyId: given.get("kms-key"), bucketKey: isOn("bucket-key") })
    return { type, keyFile: keyFile as string }
  }
}

/** A key of 32 bytes as a file holds it: the bytes themselves, base64 or hex. @throws StoreError `BadKey` */
export function parseCustomerKey(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes.length === 32) return bytes
  const text = new TextDecoder().decode(bytes).trim()
  if (/^[0-9a-f]{64}$/i.test(text)) return new Uint8Array(Buffer.from(text, "hex"))
  if (/^[A-Za-z0-9+/]{43}=$/.test(text)) return new Uint8Array(Buffer.from(text, "base64"))
  throw new StoreError("BadKey", `${name} holds no key of 32 bytes (as they are, in base64 or in hex)`, {
    hint: "`openssl rand -base64 32` makes one. Keep it well: without it nothing in the bucket can be read.",
  })
}

/** An object without what is undefined. */
function defined<Value extends object>(value: { readonly [Name in keyof Value]: Value[Name] | undefined }): Value {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Value
}
