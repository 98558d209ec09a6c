import { StoreError } from "@bcopy/repo"

/** A place in a bucket: every key of the repository begins with `prefix`. */
export interface S3Address {
  readonly bucket: string
  /** Empty, or ending with a slash. */
  readonly prefix: string
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
/** S3 takes keys of 1024 bytes; ours need the rest. */
const MAX_PREFIX_BYTES = 512

/** Whether a text is meant as an address in S3. */
export function isS3Address(text: string): boolean {
  return /^s3:\/\//i.test(text)
}

/**
 * The bucket and prefix that `s3://bucket/prefix` names.
 * @throws StoreError `BadKey` for anything else, with what is wrong
 */
export function parseS3Address(text: string): S3Address {
  const [, bucket, path = ""] = /^s3:\/\/([^/]*)(?:\/(.*))?$/i.exec(text) ?? []
  const refuse = (why: string) =>
    new StoreError("BadKey", `${text}: ${why}`, { hint: "An address is s3://bucket or s3://bucket/prefix." })
  // Nobody is shown what may be a secret, which may have slashes in it.
  if (/[@:]/.test(bucket ?? ""))
    throw new StoreError("BadKey", "an address in S3 has neither keys nor an endpoint in it: s3://bucket/prefix", {
      hint: "Give them as the AWS tools take them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; AWS_ENDPOINT_URL_S3.",
    })
  if (bucket === undefined) throw refuse("is no address in S3")
  if (!BUCKET.test(bucket) || bucket.includes(".."))
    throw refuse(
      `${bucket === "" ? "an empty name" : bucket} is no name of a bucket (3 to 63 of a-z, 0-9, "." and "-")`,
    )
  if (/[?#\\]/.test(path) || hasControl(path)) throw refuse("a prefix may not contain ?, #, \\ or control characters")
  const parts = path.replace(/\/$/, "").split("/")
  if (path !== "" && parts.some((part) => part === "" || part === "." || part === ".."))
    throw refuse('a prefix may not have empty parts, "." or ".."')
  const prefix = path === "" ? "" : `${parts.join("/")}/`
  if (new TextEncoder().encode(prefix).length > MAX_PREFIX_BYTES)
    throw refuse(`a prefix may have at most ${MAX_PREFIX_BYTES} bytes`)
  return { bucket, prefix }
}

/** The address as a text, as `parseS3Address` takes it. */
export function formatS3Address({ bucket, prefix }: S3Address): string {
  return `s3://${bucket}${prefix === "" ? "" : `/${prefix.slice(0, -1)}`}`
}

function hasControl(text: string): boolean {
  return [...text].some((character) => character < " " || character === "\u007f")
}
