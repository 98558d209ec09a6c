import { expect, test } from "vitest"
import { parseCustomerKey, parseS3Location } from "./s3-location.ts"

test("an address without settings says where, and nothing else", () => {
  expect(parseS3Location("s3://backups/offsite")).toEqual({
    address: { bucket: "backups", prefix: "offsite/" },
    connection: {},
    keeping: {},
  })
})

test("settings stand behind the address", () => {
  const text =
    "s3://backups/offsite?endpoint=https://s3.example.org&region=eu-west-1&profile=off%20site&path-style=false" +
    "&proxy=http://proxy:3128&ca=/etc/ca.pem&plaintext=true&storage-class=STANDARD_IA&lock-mode=governance" +
    "&encryption=sse-kms&kms-key=arn:aws:kms:x:1:key/2&bucket-key=true"
  expect(parseS3Location(text)).toEqual({
    address: { bucket: "backups", prefix: "offsite/" },
    connection: {
      endpoint: "https://s3.example.org",
      region: "eu-west-1",
      profile: "off site",
      pathStyle: false,
      proxy: "http://proxy:3128",
      allowPlaintext: true,
    },
    keeping: { packStorageClass: "STANDARD_IA", lockMode: "governance" },
    encryption: { type: "sse-kms", keyId: "arn:aws:kms:x:1:key/2", bucketKey: true },
    caFile: "/etc/ca.pem",
  })
  expect(parseS3Location("s3://backups?encryption=sse-c&key-file=/k").encryption).toEqual({
    type: "sse-c",
    keyFile: "/k",
  })
})

test.for([
  ["s3://backups?storage=x", "there is no setting storage"],
  ["s3://backups?region=a&region=b", "region is set twice"],
  ["s3://backups?region=", "region is set to nothing"],
  ["s3://backups?storage-class=GLACIER", "storage-class is GLACIER, and can be STANDARD, "],
  ["s3://backups?path-style=yes", "path-style is yes, and can be true, false"],
  ["s3://backups?kms-key=1", "kms-key goes with encryption=sse-kms"],
  ["s3://backups?encryption=sse-s3&key-file=/k", "key-file goes with encryption=sse-c"],
  ["s3://backups?encryption=sse-c", "needs a key-file"],
  ["s3://BACKUPS?region=a", "is no name of a bucket"],
] as const)("%s is refused, with why", ([text, why]) => {
  expect(() => parseS3Location(text)).toThrow(
    expect.objectContaining({ code: "BadKey", message: expect.stringContaining(why) }),
  )
})

test("a refusal does not repeat the settings", () => {
  expect(() => parseS3Location("s3://backups?proxy=http://user:secret@p&nonsense=1")).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining("secret") }),
  )
})

test("a customer's key is taken as bytes, base64 or hex, and nothing else", () => {
  const key = new Uint8Array(32).map((_, at) => at * 7)
  const text = (value: string) => new TextEncoder().encode(value)
  for (const file of [key, text(`${Buffer.from(key).toString("base64")}\n`), text(Buffer.from(key).toString("hex"))])
    expect(parseCustomerKey(file, "key")).toEqual(key)
  for (const file of [new Uint8Array(31), text("password"), text("")])
    expect(() => parseCustomerKey(file, "my.key")).toThrow(/my\.key holds no key of 32 bytes/)
})

test.each(["proxy:3128", "ftp://proxy", "socks5://127.0.0.1:1080"])("refuses the proxy %s", (proxy) => {
  expect(() => parseS3Location(`s3://backups?proxy=${proxy}`)).toThrow(
    `proxy is ${proxy}, and must be the URL of an HTTP proxy`,
  )
})
