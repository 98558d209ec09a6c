import type { Clock } from "./clock.ts"
import { cutRange } from "./cut-range.ts"
import { MemoryHistory, type MemoryVersion } from "./memory-history.ts"
import { type ObjectKey, parseObjectKey } from "./object-key.ts"
import { PageCut, pageLimit } from "./page-cut.ts"
import type {
  CreateOptions,
  CreateResult,
  ListedObject,
  ListOptions,
  ListPage,
  ListVersionsOptions,
  ObjectHead,
  ObjectName,
  ObjectVersion,
  ReadOptions,
  ReadResult,
  RemoveFailure,
  RepoStore,
  StoreCapabilities,
  VersionOptions,
  VersionPage,
} from "./repo-store.ts"
import { removeOneByOne } from "./remove-one-by-one.ts"
import { StoreError } from "./store-error.ts"
import { throwIfAborted } from "./throw-if-aborted.ts"

export interface MemoryStoreOptions {
  /** The store's own clock: its dates, and what Object Lock is measured against. */
  readonly clock: Pick<Clock, "now">
  readonly name?: string
  /** What {@link RepoStore.instance} tells this store by. */
  readonly id?: string
  /** `off` (the default): a key has one object. `on`: keys have versions. `lock`: versions can be locked. */
  readonly versioning?: "off" | "on" | "lock"
  /**
   * `atomic` (the default): of many creators one wins. `hint`: the condition is ignored and all are told that they won,
   * as on versioned buckets of Ceph 16 and 18. `racy`: an object that was there before the call is respected, but
   * creators at the same time all win, as on versioned buckets of Ceph 20.
   */
  readonly createIfAbsent?: "atomic" | "hint" | "racy"
  /** Says that requests to it travel, as those to a bucket do. */
  readonly remote?: boolean
}

/** The content of a {@link MemoryStore} at one moment. */
export interface MemorySnapshot {
  /** @internal */
  readonly history: MemoryHistory
}

/** A store in memory, with doors for tests: what strangers with access to the bucket can do, and travel in time. */
export interface MemoryStore extends RepoStore {
  /** For tests. A plain PUT by a stranger: a new version, or on an unversioned store an overwrite. */
  overlay(key: ObjectKey, bytes: Uint8Array): void
  /** For tests. A plain DELETE by a stranger: a delete marker, or on an unversioned store the end of the object. */
  hide(key: ObjectKey): void
  /** For tests. Changes the stored bytes of the newest version that has any, behind everybody's back. */
  tamper(key: ObjectKey, change: (bytes: Uint8Array) => Uint8Array): void
  /** For tests. All content now, to be given back by `restore`. */
  snapshot(): MemorySnapshot
  /** For tests. Puts the content back to that of a snapshot, of this store or another. */
  restore(snapshot: MemorySnapshot): void
  /** For tests. A copy made by other means: the same content in another instance. */
  clone(id?: string): MemoryStore
  /** For tests. Every key that has a version, also where a marker hides it, ascending. */
  keys(): ObjectKey[]
}

/** A complete store in memory, for tests and trials; how it treats versions and races is chosen by its options. */
export function memoryStore(options: MemoryStoreOptions): MemoryStore {
  return new VersionedMemory(options, new MemoryHistory())
}

class VersionedMemory implements MemoryStore {
  readonly name: string
  readonly capabilities: StoreCapabilities
  readonly #options: MemoryStoreOptions
  readonly #id: string
  #history: MemoryHistory
  #lastVersion = 0
  #clones = 0

  constructor(options: MemoryStoreOptions, history: MemoryHistory) {
    const { versioning = "off", createIfAbsent = "atomic" } = options
    this.#options = options
    this.#id = options.id ?? "1"
    this.#history = history
    this.name = options.name ?? "memory"
    this.capabilities = {
      atomicCreate: createIfAbsent === "atomic",
      versioned: versioning !== "off",
      objectLock: versioning === "lock",
      ...(options.remote !== undefined && { remote: options.remote }),
    }
  }

  async create(key: ObjectKey, bytes: Uint8Array, options: CreateOptions = {}): Promise<CreateResult> {
    this.#begin("create", key, options.signal)
    const nowMs = this.#options.clock.now()
    const { retainUntilMs } = options
    if (retainUntilMs !== undefined) this.#needLock("create", key)
    if (retainUntilMs !== undefined && retainUntilMs <= nowMs)
      throw new StoreError("BadRange", `${this.name}: ${key} to be kept until ${retainUntilMs}, it is ${nowMs} already`)
    const newest = this.#history.newest(key)
    const taken = newest?.bytes !== undefined
    if (this.#options.createIfAbsent === "racy") await Promise.resolve()
    if (taken && this.#options.createIfAbsent !== "hint") return { created: false, dateMs: nowMs }
    const version = this.#put(key, bytes, retainUntilMs)
    return { created: true, dateMs: nowMs, ...(this.capabilities.versioned && { version }) }
  }

  async read(key: ObjectKey, options: ReadOptions = {}): Promise<ReadResult | undefined> {
    this.#begin("read", key, options.signal)
    const found = this.#find("read", key, options.version)
    if (found?.bytes === undefined) return undefined
    const { start, end } = cutRange(options.range, found.bytes.length, `${this.name}: read ${key}`)
    return {
      bytes: found.bytes.slice(start, end),
      objectBytes: found.bytes.length,
      modifiedAtMs: found.modifiedAtMs,
      ...(this.capabilities.versioned && { version: found.version }),
    }
  }

  async head(key: ObjectKey, options: VersionOptions = {}): Promise<ObjectHead | undefined> {
    this.#begin("head", key, options.signal)
    const found = this.#find("head", key, options.version)
    if (found?.bytes === undefined) return undefined
    const { modifiedAtMs, version, retainUntilMs, held } = found
    return {
      objectBytes: found.bytes.length,
      modifiedAtMs,
      ...(this.capabilities.versioned && { version }),
      ...(retainUntilMs !== undefined && { retainUntilMs }),
      ...(this.capabilities.objectLock && { held }),
    }
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListPage> {
    throwIfAborted(options.signal, `${this.name}: list ${prefix}`)
    const cut = new PageCut(prefix, options)
    for (const key of this.#history.keys(prefix, options.after)) {
      const newest = this.#history.newest(key)
      if (newest?.bytes !== undefined && !cut.offer(listed(key, newest, newest.bytes))) break
    }
    return cut.page(this.#options.clock.now())
  }

  async listVersions(prefix: string, options: ListVersionsOptions = {}): Promise<VersionPage> {
    throwIfAborted(options.signal, `${this.name}: listVersions ${prefix}`)
    if (!this.capabilities.versioned) throw this.#unsupported("listVersions", prefix, "the store keeps no versions")
    const limit = pageLimit(options.limit)
    const { after } = options
    const versions: ObjectVersion[] = []
    for (const key of this.#history.keys(prefix, after?.key)) {
      for (const found of this.#history.of(key).toReversed()) {
        if (key === after?.key && (after.version === undefined || sequence(found.version) >= sequence(after.version)))
          continue
        if (versions.length === limit) {
          const last = versions.at(-1)!
          return { versions, next: { key: last.key, version: last.version }, dateMs: this.#options.clock.now() }
        }
        const { version, modifiedAtMs, bytes } = found
        versions.push({ key, version, marker: bytes === undefined, objectBytes: bytes?.length ?? 0, modifiedAtMs })
      }
    }
    return { versions, dateMs: this.#options.clock.now() }
  }

  async remove(key: ObjectKey, options: VersionOptions = {}): Promise<void> {
    this.#begin("remove", key, options.signal)
    if (this.capabilities.versioned && options.version === undefined)
      throw this.#unsupported("remove", key, "a versioned store deletes by version only")
    const found = this.#find("remove", key, options.version)
    if (found === undefined) return
    if (found.held || (found.retainUntilMs ?? 0) > this.#options.clock.now())
      throw new StoreError("Locked", `${this.name}: ${key} version ${found.version} is ${lockText(found)}`)
    this.#history.put(
      key,
      this.#history.of(key).filter(({ version }) => version !== found.version),
    )
  }

  async removeMany(
    objects: readonly ObjectName[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly RemoveFailure[]> {
    const unnamed = this.capabilities.versioned && objects.find(({ version }) => version === undefined)
    if (unnamed) throw this.#unsupported("removeMany", unnamed.key, "a versioned store deletes by version only")
    return removeOneByOne(this, objects, options)
  }

  async extend(key: ObjectKey, retainUntilMs: number, options: VersionOptions = {}): Promise<void> {
    this.#begin("extend", key, options.signal)
    const found = this.#lockable("extend", key, options.version)
    if (retainUntilMs < (found.retainUntilMs ?? 0))
      throw new StoreError("Locked", `${this.name}: ${key} is ${lockText(found)}, ${retainUntilMs} would be earlier`)
    this.#replace(key, { ...found, retainUntilMs })
  }

  async hold(key: ObjectKey, on: boolean, options: VersionOptions = {}): Promise<void> {
    this.#begin("hold", key, options.signal)
    this.#replace(key, { ...this.#lockable("hold", key, options.version), held: on })
  }

  async date(options: { readonly signal?: AbortSignal } = {}): Promise<number> {
    throwIfAborted(options.signal, `${this.name}: date`)
    return this.#options.clock.now()
  }

  async instance(anchor: ObjectKey, options: { readonly signal?: AbortSignal } = {}): Promise<string | undefined> {
    this.#begin("instance", anchor, options.signal)
    return this.#history.of(anchor).some(({ bytes }) => bytes !== undefined) ? `memory:${this.#id}` : undefined
  }

  overlay(key: ObjectKey, bytes: Uint8Array): void {
    this.#put(key, bytes, undefined)
  }

  hide(key: ObjectKey): void {
    if (this.capabilities.versioned) this.#put(key, undefined, undefined)
    else this.#history.put(key, [])
  }

  tamper(key: ObjectKey, change: (bytes: Uint8Array) => Uint8Array): void {
    const found = this.#history.of(key).findLast(({ bytes }) => bytes !== undefined)
    if (found?.bytes === undefined) throw new StoreError("BadRange", `${this.name}: there is no ${key} to tamper with`)
    this.#replace(key, { ...found, bytes: change(found.bytes.slice()).slice() })
  }

  snapshot(): MemorySnapshot {
    return { history: this.#history.copy() }
  }

  restore(snapshot: MemorySnapshot): void {
    this.#history = snapshot.history.copy()
    // Versions made after the snapshot, or by another store, are never named again.
    for (const key of this.#history.keys("")) {
      for (const { version } of this.#history.of(key))
        this.#lastVersion = Math.max(this.#lastVersion, sequence(version))
    }
  }

  clone(id: string = `${this.#id}.${++this.#clones}`): MemoryStore {
    const clone = new VersionedMemory({ ...this.#options, id }, new MemoryHistory())
    clone.restore(this.snapshot())
    return clone
  }

  keys(): ObjectKey[] {
    return [...this.#history.keys("")].filter((key) => this.#history.of(key).some(({ bytes }) => bytes !== undefined))
  }

  #begin(method: string, key: string, signal: AbortSignal | undefined): void {
    parseObjectKey(key)
    throwIfAborted(signal, `${this.name}: ${method} ${key}`)
  }

  #put(key: ObjectKey, bytes: Uint8Array | undefined, retainUntilMs: number | undefined): string {
    const version = `v${++this.#lastVersion}`
    const modifiedAtMs = this.#options.clock.now()
    const made = { version, bytes: bytes?.slice(), modifiedAtMs, retainUntilMs, held: false }
    this.#history.put(parseObjectKey(key), this.capabilities.versioned ? [...this.#history.of(key), made] : [made])
    return version
  }

  #replace(key: ObjectKey, changed: MemoryVersion): void {
    const versions = this.#history.of(key).map((found) => (found.version === changed.version ? changed : found))
    this.#history.put(key, versions)
  }

  #find(method: string, key: ObjectKey, version: string | undefined): MemoryVersion | undefined {
    if (version === undefined) return this.#history.newest(key)
    if (!this.capabilities.versioned) throw this.#unsupported(method, key, "the store keeps no versions")
    return this.#history.of(key).find((found) => found.version === version)
  }

  #lockable(method: string, key: ObjectKey, version: string | undefined): MemoryVersion {
    this.#needLock(method, key)
    const found = this.#find(method, key, version)
    if (found?.bytes === undefined) throw new StoreError("BadRange", `${this.name}: ${method} ${key}: nothing is there`)
    return found
  }

  #needLock(method: string, key: string): void {
    if (!this.capabilities.objectLock) throw this.#unsupported(method, key, "the store has no Object Lock")
  }

  #unsupported(method: string, key: string, why: string): StoreError {
    return new StoreError("Unsupported", `${this.name}: ${method} ${key}: ${why}`)
  }
}

function listed(key: ObjectKey, { modifiedAtMs }: MemoryVersion, bytes: Uint8Array): ListedObject {
  return { key, objectBytes: bytes.length, modifiedAtMs }
}

function lockText({ held, retainUntilMs }: MemoryVersion): string {
  return held ? "under a legal hold" : `locked until ${retainUntilMs}`
}

/** Versions are named `v1`, `v2` … in the order they were made, whatever their keys. */
function sequence(version: string): number {
  return Number(version.slice(1))
}
