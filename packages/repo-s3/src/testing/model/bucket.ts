import { createHash } from "node:crypto"
import { S3Error } from "../wire/s3-error.ts"
import { byteOrder } from "./byte-order.ts"
import { KeyIndex, type ListedName, type NameQuery } from "./key-index.ts"
import type { MultipartUpload } from "./multipart-upload.ts"
import type { DefaultRetention } from "./object-lock.ts"
import { makeVersionId, type NewVersion, type ObjectVersion, sequenceOf } from "./object-version.ts"

export type Versioning = "off" | "enabled" | "suspended"

/** What a bucket is like at first. */
export interface BucketOptions {
  /** `off` if absent. With Object Lock it is `enabled`, whatever is said here. */
  readonly versioning?: Versioning
  readonly objectLock?: boolean
  readonly defaultRetention?: DefaultRetention
}

/** What a bucket held at one moment. */
export interface BucketSnapshot {
  readonly versions: ReadonlyMap<string, readonly ObjectVersion[]>
  readonly uploads: readonly MultipartUpload[]
}

/** A bucket with all its versions; tests may look into it, and do what strangers can do. */
export class Bucket {
  readonly name: string
  readonly createdAtMs: number
  readonly uploads = new Map<string, MultipartUpload>()
  versioning: Versioning
  objectLock: boolean
  defaultRetention: DefaultRetention | undefined
  lifecycleXml: string | undefined
  location = ""
  readonly #index = new KeyIndex()
  readonly #versions = new Map<string, readonly ObjectVersion[]>()
  #lastSequence = 0

  constructor(name: string, createdAtMs: number, options: BucketOptions = {}) {
    this.name = name
    this.createdAtMs = createdAtMs
    this.objectLock = options.objectLock ?? options.defaultRetention !== undefined
    this.versioning = this.objectLock ? "enabled" : (options.versioning ?? "off")
    this.defaultRetention = options.defaultRetention
  }

  /** The keys that have a version, if only a delete marker, in the order of their bytes. */
  keys(): readonly string[] {
    return this.#index.all()
  }

  names(query: NameQuery): Iterable<ListedName> {
    return this.#index.names(query)
  }

  /** The versions and delete markers of a key, oldest first. */
  versions(key: string): readonly ObjectVersion[] {
    return this.#versions.get(key) ?? []
  }

  newest(key: string): ObjectVersion | undefined {
    return this.versions(key).at(-1)
  }

  /** @throws S3Error `NoSuchVersion`; `NoSuchKey` if no id is given and there is none, or a delete marker */
  find(key: string, id: string | undefined): ObjectVersion {
    const found = id === undefined ? this.newest(key) : this.versions(key).find((version) => version.id === id)
    if (found === undefined && id !== undefined)
      throw new S3Error(404, "NoSuchVersion", `The version ${id} of ${key} does not exist`)
    if (found === undefined) throw new S3Error(404, "NoSuchKey", `The key ${key} does not exist`)
    if (found.bytes !== undefined) return found
    const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": found.id }
    if (id === undefined) throw new S3Error(404, "NoSuchKey", `The key ${key} was deleted`, headers)
    throw new S3Error(405, "MethodNotAllowed", `The version ${id} of ${key} is a delete marker`, headers)
  }

  /** Adds a version, or replaces the one named `null` where the bucket makes such; no bytes: a delete marker. */
  put(made: NewVersion): ObjectVersion {
    const sequence = ++this.#lastSequence
    const id = this.versioning === "enabled" ? makeVersionId(this.name, sequence) : "null"
    const version: ObjectVersion = {
      headers: {},
      storageClass: "STANDARD",
      encryption: {},
      bytes: undefined,
      etag: made.bytes === undefined ? "" : createHash("md5").update(made.bytes).digest("hex"),
      checksums: {},
      retention: undefined,
      held: undefined,
      ...made,
      id,
      sequence,
    }
    const others = this.versions(made.key).filter((other) => other.id !== id)
    this.#set(made.key, [...others, version])
    return version
  }

  /** Takes a version away, locked or not. */
  remove({ key, sequence }: ObjectVersion): void {
    this.#set(
      key,
      this.versions(key).filter((version) => version.sequence !== sequence),
    )
  }

  /** Changes a version behind everybody's back, locked or not: its bytes, say. */
  replace(version: ObjectVersion, change: Partial<ObjectVersion>): void {
    const versions = this.versions(version.key)
    this.#set(
      version.key,
      versions.map((other) => (other.sequence === version.sequence ? { ...other, ...change } : other)),
    )
  }

  /** All content now, to be given back by `restore`. */
  snapshot(): BucketSnapshot {
    return { versions: new Map(this.#versions), uploads: [...this.uploads.values()].map(copyOf) }
  }

  /** Puts the content back to that of a snapshot, locked or not. */
  restore({ versions, uploads }: BucketSnapshot): void {
    const gone = this.keys().filter((key) => !versions.has(key))
    for (const key of gone) this.#set(key, [])
    for (const [key, of] of versions) this.#set(key, of)
    this.uploads.clear()
    for (const upload of uploads) this.uploads.set(upload.id, copyOf(upload))
  }

  /** Where a version stands in the order of making, if the id is one of this bucket's; it may be gone. */
  sequenceOf(key: string, id: string): number | undefined {
    return this.versions(key).find((version) => version.id === id)?.sequence ?? sequenceOf(this.name, id)
  }

  makeUploadId(): string {
    return makeVersionId(`uploads of ${this.name}`, ++this.#lastSequence)
  }

  /** The uploads behind a key, or behind one of its uploads, which may be gone; those begun first come first. */
  uploadsBehind(key: string, id: string): readonly MultipartUpload[] {
    const sequence = (uploadId: string) => sequenceOf(`uploads of ${this.name}`, uploadId) ?? Infinity
    return [...this.uploads.values()]
      .filter((upload) => byteOrder(upload.key, key) > 0 || (upload.key === key && sequence(upload.id) > sequence(id)))
      .toSorted((a, b) => byteOrder(a.key, b.key))
  }

  #set(key: string, versions: readonly ObjectVersion[]): void {
    if (versions.length > 0) {
      this.#versions.set(key, versions)
      this.#index.add(key)
    } else {
      this.#versions.delete(key)
      this.#index.remove(key)
    }
  }
}

function copyOf(upload: MultipartUpload): MultipartUpload {
  return { ...upload, parts: new Map(upload.parts) }
}
