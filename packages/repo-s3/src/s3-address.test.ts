import { expect, test } from "vitest"
import { formatS3Address, isS3Address, parseS3Address } from "./s3-address.ts"

test.for([
  ["s3://bucket", "bucket", "", "s3://bucket"],
  ["s3://bucket/", "bucket", "", "s3://bucket"],
  ["S3://my.bucket-1/a/b", "my.bucket-1", "a/b/", "s3://my.bucket-1/a/b"],
  ["s3://bucket/Über uns/", "bucket", "Über uns/", "s3://bucket/Über uns"],
] as const)("%s is an address", ([text, bucket, prefix, formatted]) => {
  expect(isS3Address(text)).toBe(true)
  expect(parseS3Address(text)).toEqual({ bucket, prefix })
  expect(formatS3Address(parseS3Address(text))).toBe(formatted)
})

test("what may be a secret is not shown", () => {
  for (const text of ["s3://key:hush@bucket/x", "s3://key:hu/hush@bucket/x"])
    expect(() => parseS3Address(text)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hush") }),
    )
})

test.for([
  ["/srv/backups", "is no address in S3"],
  ["s3://", "an empty name is no name of a bucket"],
  ["s3:///prefix", "an empty name is no name of a bucket"],
  ["s3://Bucket/x", "Bucket is no name of a bucket"],
  ["s3://a..b", "a..b is no name of a bucket"],
  ["s3://key:secret@bucket/x", "neither keys nor an endpoint"],
  ["s3://bucket//x", "empty parts"],
  ["s3://bucket/a/../b", "empty parts"],
  ["s3://bucket/a?region=x", "may not contain"],
  ["s3://bucket/a\nb", "is no address"],
  [`s3://bucket/${"a".repeat(513)}`, "at most 512 bytes"],
] as const)("%j is refused, with why", ([text, why]) => {
  expect(() => parseS3Address(text)).toThrow(
    expect.objectContaining({ code: "BadKey", message: expect.stringContaining(why) }),
  )
})
