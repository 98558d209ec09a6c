import { createHash } from "node:crypto"
import type { Behaviour } from "../model/behaviour.ts"
import type { Bucket } from "../model/bucket.ts"
import type { MultipartUpload } from "../model/multipart-upload.ts"
import { S3Error } from "../wire/s3-error.ts"
import type { S3Answer, S3Request } from "../wire/s3-request.ts"
import type { XmlNode } from "../wire/write-xml.ts"
import { xmlAnswer } from "../wire/xml-answer.ts"
import { cutPage } from "./cut-page.ts"
import { checkCustomerKey } from "./encryption.ts"
import { needChecksum, readLock } from "./lock-headers.ts"
import { readTraits } from "./object-traits.ts"

const MAX_PARTS = 10_000

export function createMultipartUpload(request: S3Request, bucket: Bucket, behaviour: Behaviour): S3Answer {
  const { key, nowMs } = request
  const traits = readTraits(request)
  const asked = readLock(request, bucket)
  const lock = behaviour.lockOnMultipart ? asked : { retention: undefined, held: undefined }
  const id = bucket.makeUploadId()
  bucket.uploads.set(id, { id, key, startedAtMs: nowMs, traits, lock, parts: new Map() })
  return xmlAnswer(
    [
      "InitiateMultipartUploadResult",
      [
        ["Bucket", bucket.name],
        ["Key", key],
        ["UploadId", id],
      ],
    ],
    {
      ...traits.encryption,
    },
  )
}

export function uploadPart(request: S3Request, bucket: Bucket): S3Answer {
  const upload = findUpload(request, bucket)
  const number = Number(request.query.get("partNumber"))
  if (!Number.isSafeInteger(number) || number < 1 || number > MAX_PARTS)
    throw new S3Error(400, "InvalidArgument", `Part number must be an integer between 1 and ${MAX_PARTS}`)
  checkCustomerKey(request, upload.traits.encryption)
  needChecksum(request, upload.lock)
  const { body: bytes, checksums, nowMs } = request
  const etag = createHash("md5").update(bytes).digest("hex")
  upload.parts.set(number, { number, bytes, etag, checksums, modifiedAtMs: nowMs })
  return { status: 200, headers: { ETag: `"${etag}"`, ...upload.traits.encryption, ...checksums } }
}

export function abortMultipartUpload(request: S3Request, bucket: Bucket): S3Answer {
  bucket.uploads.delete(findUpload(request, bucket).id)
  return { status: 204 }
}

export function listParts(request: S3Request, bucket: Bucket): S3Answer {
  const upload = findUpload(request, bucket)
  const marker = Number(request.query.get("part-number-marker") ?? 0)
  const parts = [...upload.parts.values()].filter(({ number }) => number > marker)
  const sorted = parts.toSorted((a, b) => a.number - b.number)
  const { page, next } = cutPage(sorted, request.query.get("max-parts"))
  return xmlAnswer([
    "ListPartsResult",
    [
      ["Bucket", bucket.name],
      ["Key", upload.key],
      ["UploadId", upload.id],
      ["PartNumberMarker", marker],
      ["NextPartNumberMarker", next && page.at(-1)?.number],
      ["IsTruncated", next !== undefined],
      ["StorageClass", upload.traits.storageClass],
      ...page.map(({ number, bytes, etag, modifiedAtMs }): XmlNode => [
        "Part",
        [
          ["PartNumber", number],
          ["LastModified", new Date(modifiedAtMs).toISOString()],
          ["ETag", `"${etag}"`],
          ["Size", bytes.length],
        ],
      ]),
    ],
  ])
}

/** ListMultipartUploads: keys ascending, the uploads of each in the order they were begun. */
export function listMultipartUploads({ query }: S3Request, bucket: Bucket): S3Answer {
  const prefix = query.get("prefix") ?? ""
  const keyMarker = query.get("key-marker") ?? ""
  const idMarker = query.get("upload-id-marker") ?? ""
  const behind = bucket.uploadsBehind(keyMarker, idMarker).filter(({ key }) => key.startsWith(prefix))
  const { page, next } = cutPage(behind, query.get("max-uploads"))
  const last = next && page.at(-1)
  return xmlAnswer([
    "ListMultipartUploadsResult",
    [
      ["Bucket", bucket.name],
      ["Prefix", prefix],
      ["KeyMarker", keyMarker],
      ["UploadIdMarker", idMarker],
      ["NextKeyMarker", last?.key],
      ["NextUploadIdMarker", last?.id],
      ["IsTruncated", last !== undefined],
      ...page.map(({ key, id, startedAtMs, traits }): XmlNode => [
        "Upload",
        [
          ["Key", key],
          ["UploadId", id],
          ["StorageClass", traits.storageClass],
          ["Initiated", new Date(startedAtMs).toISOString()],
        ],
      ]),
    ],
  ])
}

/** @throws S3Error `NoSuchUpload`, also after it was completed or aborted, and for an upload of another key */
export function findUpload({ query, key }: S3Request, bucket: Bucket): MultipartUpload {
  const id = query.get("uploadId") ?? ""
  const upload = bucket.uploads.get(id)
  if (upload?.key !== key) throw new S3Error(404, "NoSuchUpload", `The upload ${id} of ${key} does not exist`)
  return upload
}
