import { createHash } from "node:crypto"
import type { Behaviour } from "../model/behaviour.ts"
import type { Bucket } from "../model/bucket.ts"
import type { MultipartUpload, UploadedPart } from "../model/multipart-upload.ts"
import { checksumAlgorithms } from "../wire/checksum-algorithms.ts"
import { childText, malformed, readXml } from "../wire/read-xml.ts"
import { S3Error } from "../wire/s3-error.ts"
import type { S3Answer, S3Request } from "../wire/s3-request.ts"
import type { XmlNode } from "../wire/write-xml.ts"
import { xmlAnswer } from "../wire/xml-answer.ts"
import { findUpload } from "./multipart-operations.ts"
import { checkWriteConditions } from "./write-conditions.ts"

export function completeMultipartUpload(request: S3Request, bucket: Bucket, behaviour: Behaviour): S3Answer {
  const upload = findUpload(request, bucket)
  const parts = readParts(request, upload)
  const small = parts.slice(0, -1).find(({ bytes }) => bytes.length < behaviour.minPartBytes)
  if (small !== undefined)
    throw new S3Error(
      400,
      "EntityTooSmall",
      `part ${small.number} has ${small.bytes.length} bytes, at least ${behaviour.minPartBytes} are needed`,
    )
  checkWriteConditions(request, bucket, behaviour)
  const { key, traits, lock } = upload
  const digests = parts.map(({ etag }) => Buffer.from(etag, "hex"))
  const etag = `${createHash("md5").update(Buffer.concat(digests)).digest("hex")}-${parts.length}`
  const bytes = Buffer.concat(parts.map((part) => part.bytes))
  const checksums = composeChecksums(parts)
  const made = bucket.put({ key, bytes, etag, checksums, modifiedAtMs: request.nowMs, ...traits, ...lock })
  bucket.uploads.delete(upload.id)
  const document: XmlNode[] = [
    ["Location", `/${bucket.name}/${key}`],
    ["Bucket", bucket.name],
    ["Key", key],
    ["ETag", `"${etag}"`],
    ...Object.entries(checksums).map(([name, value]): XmlNode => [checksumElement(name), value]),
  ]
  return xmlAnswer(["CompleteMultipartUploadResult", document], {
    "x-amz-version-id": bucket.versioning === "off" ? undefined : made.id,
    ...traits.encryption,
  })
}

function readParts({ body }: S3Request, upload: MultipartUpload): UploadedPart[] {
  const document = readXml(body, "CompleteMultipartUpload")
  const parts: UploadedPart[] = []
  for (const element of document.children.filter(({ name }) => name === "Part")) {
    const number = Number(childText(element, "PartNumber"))
    if (number <= (parts.at(-1)?.number ?? 0))
      throw new S3Error(400, "InvalidPartOrder", `part ${number} comes behind part ${parts.at(-1)?.number}`)
    const part = upload.parts.get(number)
    const etag = childText(element, "ETag")?.replaceAll('"', "")
    if (part === undefined || part.etag !== etag)
      throw new S3Error(400, "InvalidPart", `part ${number} with the ETag ${etag} could not be found`)
    parts.push(part)
  }
  if (parts.length === 0) throw malformed()
  return parts
}

/** The checksums of the checksums that all parts have, as S3 makes them of type COMPOSITE. */
function composeChecksums(parts: readonly UploadedPart[]): Record<string, string> {
  const composed: Record<string, string> = {}
  for (const [name, compute] of checksumAlgorithms) {
    const values = parts.flatMap(({ checksums }) => checksums[name] ?? [])
    if (compute === undefined || values.length < parts.length) continue
    const joined = Buffer.concat(values.map((value) => Buffer.from(value, "base64")))
    composed[name] = `${compute(joined).toString("base64")}-${parts.length}`
  }
  return composed
}

/** `x-amz-checksum-sha256` is `ChecksumSHA256` in documents. */
function checksumElement(header: string): string {
  return `Checksum${header.slice("x-amz-checksum-".length).toUpperCase()}`
}
