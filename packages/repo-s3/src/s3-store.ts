import type { RepoStore, StoreCapabilities } from "@bcopy/repo"
import { parseObjectKey, StoreError, throwIfAborted } from "@bcopy/repo"
import type { BucketState } from "./bucket-state.ts"
import type { S3Service } from "./connect.ts"
import { createObject } from "./create-object.ts"
import { abortUploads } from "./create-in-parts.ts"
import { listObjects, listObjectVersions } from "./list-objects.ts"
import { extendRetention, findObject, setLegalHold } from "./object-lock.ts"
import { readObject } from "./read-object.ts"
import { removeObject } from "./remove-object.ts"
import { removeObjects } from "./remove-objects.ts"
import { S3Bucket } from "./s3-bucket.ts"
import { formatS3Address } from "./s3-address.ts"
import type { S3StoreOptions } from "./s3-options.ts"

/**
 * A prefix in a bucket as a store. What the bucket can do was found out before (`readBucketState`) and is not asked again.
 * Requests are made once: put `withRetry` around it.
 */
export function s3Store(service: S3Service, options: S3StoreOptions, state: BucketState): RepoStore {
  const name = formatS3Address(options)
  const bucket = new S3Bucket(service, options)
  const versioned = state.versioning !== "off"
  const capabilities: StoreCapabilities = {
    // Where versions are kept the condition is only a hint on some servers: the oldest version decides instead. Where none
    // are, the passport has found that the server heeds it.
    atomicCreate: !versioned,
    versioned,
    objectLock: state.objectLock,
    remote: true,
  }

  return {
    name,
    place: `${name} at ${service.endpoint}`,
    capabilities,

    async create(key, bytes, { retainUntilMs, lockMode, signal } = {}) {
      begin("create", key, signal)
      if (retainUntilMs !== undefined && !capabilities.objectLock)
        throw new StoreError("Unsupported", `create ${name}/${key}: the bucket locks nothing`)
      return createObject(bucket, key, bytes, {
        ...(retainUntilMs !== undefined && { retainUntilMs }),
        ...(lockMode && { lockMode }),
        ...(signal && { signal }),
        locksAll: state.defaultRetention !== undefined,
      })
    },

    async read(key, { version, range, into, onFilled, signal } = {}) {
      begin("read", key, signal, version)
      const { offset, length } = range ?? { offset: 0, length: 1 }
      if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 1)
        throw new StoreError("BadRange", `read ${name}/${key}: a range of ${length} bytes from ${offset} on`)
      return readObject(bucket, key, {
        ...(version !== undefined && { version }),
        ...(range && { range }),
        ...(into && { into }),
        ...(onFilled && { onFilled }),
        ...(signal && { signal }),
      })
    },

    async head(key, { version, signal } = {}) {
      begin("head", key, signal, version)
      return findObject(bucket, key, { ...(version !== undefined && { version }), ...(signal && { signal }) })
    },

    async list(prefix, which = {}) {
      throwIfAborted(which.signal, `list ${name}/${prefix}`)
      requireLimit(which.limit, prefix)
      return listObjects(bucket, prefix, which)
    },

    async listVersions(prefix, which = {}) {
      throwIfAborted(which.signal, `listVersions ${name}/${prefix}`)
      requireLimit(which.limit, prefix)
      if (!versioned)
        throw new StoreError("Unsupported", `listVersions ${name}/${prefix}: the bucket keeps no versions`)
      return listObjectVersions(bucket, prefix, which)
    },

    async remove(key, { version, signal } = {}) {
      begin("remove", key, signal, version)
      if (versioned && version === undefined)
        throw new StoreError("Unsupported", `remove ${name}/${key}: without a version it would only be hidden`)
      await removeObject(bucket, key, {
        locks: capabilities.objectLock,
        ...(version !== undefined && { version }),
        ...(signal && { signal }),
      })
    },

    async removeMany(objects, { signal } = {}) {
      for (const { key, version } of objects) {
        begin("removeMany", key, signal, version)
        if (versioned && version === undefined)
          throw new StoreError("Unsupported", `remove ${name}/${key}: without a version it would only be hidden`)
      }
      throwIfAborted(signal, `removeMany ${name}`)
      return removeObjects(bucket, objects, { locks: capabilities.objectLock, ...(signal && { signal }) })
    },

    async removePartial(prefix, { signal } = {}) {
      throwIfAborted(signal, `removePartial ${name}/${prefix}`)
      return abortUploads(bucket, prefix, () => true, signal)
    },

    async extend(key, retainUntilMs, { version, lockMode, signal } = {}) {
      begin("extend", key, signal, version)
      requireLock("extend", key)
      await extendRetention(bucket, key, retainUntilMs, {
        ...(version !== undefined && { version }),
        ...(lockMode && { lockMode }),
        ...(signal && { signal }),
      })
    },

    async hold(key, on, { version, signal } = {}) {
      begin("hold", key, signal, version)
      requireLock("hold", key)
      await setLegalHold(bucket, key, on, { ...(version !== undefined && { version }), ...(signal && { signal }) })
    },

    async date({ signal } = {}) {
      throwIfAborted(signal, `date ${name}`)
      return bucket.date(signal)
    },

    async instance(anchor, { signal } = {}) {
      begin("instance", anchor, signal)
      // A marker hides it from who asks plainly.
      const found = (await findObject(bucket, anchor, { ...(signal && { signal }) })) ?? (await hidden(anchor, signal))
      return found && `s3:${service.endpoint}/${options.bucket}/${options.prefix}`
    },
  }

  async function hidden(key: string, signal: AbortSignal | undefined) {
    if (!versioned) return undefined
    const { versions } = await listObjectVersions(bucket, key, { ...(signal && { signal }) })
    return versions.find((one) => one.key === key && !one.marker)
  }

  function begin(method: string, key: string, signal?: AbortSignal, version?: string): void {
    parseObjectKey(key)
    throwIfAborted(signal, `${method} ${name}/${key}`)
    if (version !== undefined && !versioned)
      throw new StoreError("Unsupported", `${method} ${name}/${key}: the bucket keeps no versions`)
  }

  function requireLock(method: string, key: string): void {
    if (!capabilities.objectLock)
      throw new StoreError("Unsupported", `${method} ${name}/${key}: the bucket locks nothing`)
  }

  function requireLimit(limit: number | undefined, prefix: string): void {
    if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1))
      throw new StoreError("BadRange", `list ${name}/${prefix}: a page of ${limit} entries, at least 1 is needed`)
  }
}
