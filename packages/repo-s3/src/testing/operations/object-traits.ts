import type { ObjectTraits, ObjectVersion } from "../model/object-version.ts"
import { S3Error } from "../wire/s3-error.ts"
import { headerOf, type S3Request } from "../wire/s3-request.ts"
import { readEncryption } from "./encryption.ts"

const kept = ["content-type", "content-disposition", "content-language", "cache-control", "expires"]
const storageClasses =
  "STANDARD REDUCED_REDUNDANCY STANDARD_IA ONEZONE_IA INTELLIGENT_TIERING GLACIER DEEP_ARCHIVE GLACIER_IR EXPRESS_ONEZONE"

/** What the headers of a put say of the object. */
export function readTraits(request: S3Request): ObjectTraits {
  const headers: Record<string, string> = {}
  for (const name of Object.keys(request.headers))
    if (kept.includes(name) || name.startsWith("x-amz-meta-")) headers[name] = headerOf(request, name)!
  const encoding = headerOf(request, "content-encoding")?.replace(/^aws-chunked(, *)?/, "")
  if (encoding) headers["content-encoding"] = encoding
  const storageClass = headerOf(request, "x-amz-storage-class") ?? "STANDARD"
  if (!storageClasses.split(" ").includes(storageClass))
    throw new S3Error(400, "InvalidStorageClass", `The storage class ${storageClass} is not valid`)
  return { headers, storageClass, encryption: readEncryption(request) }
}

/** The headers that describe a version to who reads it. */
export function describeVersion(version: ObjectVersion, versioned: boolean): Record<string, string | undefined> {
  const { retention, held, storageClass } = version
  return {
    "Content-Type": "binary/octet-stream",
    ...version.headers,
    ...version.encryption,
    ETag: `"${version.etag}"`,
    "Last-Modified": new Date(version.modifiedAtMs).toUTCString(),
    "Accept-Ranges": "bytes",
    "x-amz-version-id": versioned ? version.id : undefined,
    "x-amz-storage-class": storageClass === "STANDARD" ? undefined : storageClass,
    "x-amz-object-lock-mode": retention?.mode,
    "x-amz-object-lock-retain-until-date": retention && new Date(retention.untilMs).toISOString(),
    "x-amz-object-lock-legal-hold": held === undefined ? undefined : held ? "ON" : "OFF",
  }
}
