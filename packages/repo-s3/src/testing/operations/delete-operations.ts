import type { Behaviour } from "../model/behaviour.ts"
import type { Bucket } from "../model/bucket.ts"
import { refuseIfLocked } from "../model/object-lock.ts"
import { childText, malformed, readXml } from "../wire/read-xml.ts"
import { S3Error } from "../wire/s3-error.ts"
import { headerOf, type S3Answer, type S3Request } from "../wire/s3-request.ts"
import type { XmlNode } from "../wire/write-xml.ts"
import { xmlAnswer } from "../wire/xml-answer.ts"
import { bypassesGovernance } from "./lock-headers.ts"
import { checkWriteConditions } from "./write-conditions.ts"

const MAX_BATCH = 1000

export function deleteObject(request: S3Request, bucket: Bucket, behaviour: Behaviour): S3Answer {
  const versionId = request.query.get("versionId") ?? undefined
  if (headerOf(request, "if-match") !== undefined) checkWriteConditions(request, bucket, behaviour)
  const { id, marker } = deleteOne(request, bucket, request.key, versionId)
  return {
    status: 204,
    headers: {
      "x-amz-version-id": bucket.versioning === "off" ? undefined : id,
      "x-amz-delete-marker": marker ? "true" : undefined,
    },
  }
}

/** DeleteObjects: each key on its own, those that fail are told in the answer. */
export function deleteObjects(request: S3Request, bucket: Bucket): S3Answer {
  if (headerOf(request, "content-md5") === undefined && Object.keys(request.checksums).length === 0)
    throw new S3Error(400, "InvalidRequest", "Missing required header: Content-MD5 OR x-amz-checksum-*")
  const document = readXml(request.body, "Delete")
  const objects = document.children.filter(({ name }) => name === "Object")
  if (objects.length === 0 || objects.length > MAX_BATCH) throw malformed()
  const isQuiet = childText(document, "Quiet") === "true"
  const results: XmlNode[] = []
  for (const object of objects) {
    const key = object.children.find(({ name }) => name === "Key")?.text ?? ""
    const versionId = childText(object, "VersionId")
    const named: XmlNode[] = [
      ["Key", key],
      ["VersionId", versionId],
    ]
    try {
      const { id, marker } = deleteOne(request, bucket, key, versionId)
      const about: XmlNode[] = [
        ["DeleteMarker", marker || undefined],
        ["DeleteMarkerVersionId", marker ? id : undefined],
      ]
      if (!isQuiet) results.push(["Deleted", [...named, ...about]])
    } catch (error) {
      if (!(error instanceof S3Error)) throw error
      results.push(["Error", [...named, ["Code", error.code], ["Message", error.message]]])
    }
  }
  return xmlAnswer(["DeleteResult", results])
}

/** Deletes a version, or whatever a plain DELETE comes to; says which version that was or made, and if it is a marker. */
function deleteOne(
  request: S3Request,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
): { id: string | undefined; marker: boolean } {
  const id = versionId ?? (bucket.versioning === "off" ? "null" : undefined)
  if (id === undefined) return { id: bucket.put({ key, modifiedAtMs: request.nowMs }).id, marker: true }
  const found = bucket.versions(key).find((version) => version.id === id)
  if (found === undefined) return { id: versionId, marker: false }
  refuseIfLocked(found, bypassesGovernance(request), request.nowMs)
  bucket.remove(found)
  return { id, marker: found.bytes === undefined }
}
