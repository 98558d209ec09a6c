import type { ObjectKey } from "./object-key.ts"
import type { StoreError } from "./store-error.ts"

/**
 * A place that keeps objects: a folder, a prefix in a bucket, memory. Everything above it is written once, so the
 * contract has no overwrite. Results have three values: *present* (a value), *proven absent* (`undefined`, an empty
 * page) and *unknown* (the promise rejects with a `StoreError`). A store MUST NOT answer "absent" or "present" when it
 * does not know.
 *
 * Every method takes an `AbortSignal`; when it fires, the call MUST reject with `StoreError("Aborted")` and what it
 * was about to do is unknown. `conformance` (subpath `./testing`) has a case for every MUST below.
 */
export interface RepoStore {
  /** What to call this store in a message: its path or URL, without secrets. */
  readonly name: string
  /** Tells it from stores that are called the same elsewhere, such as a bucket's endpoint does; `name` if absent. */
  readonly place?: string
  readonly capabilities: StoreCapabilities

  /**
   * Stores `bytes` under `key` if nothing is there. MUST be durable when it resolves. MUST NOT ever show a partial
   * object to a reader, also after a crash. On a store with `capabilities.atomicCreate` exactly one of many concurrent
   * creators of a key MUST get `created: true`, and an existing object MUST be left untouched. Without it (versioned
   * buckets) the condition is only a hint and the answer proves nothing: see `writeOnce`.
   * Keys do not nest: of `a` and `a/b` a store may refuse the second one to come (`Unsupported`).
   * MUST NOT keep or change `bytes` after it settled. A rejection leaves open whether the object was stored, unless the
   * code is `BadKey`, `ReadOnly`, `Denied`, `NoSpace`, `OverLimit` or `Unsupported`, which promise that it was not.
   */
  create(key: ObjectKey, bytes: Uint8Array, options?: CreateOptions): Promise<CreateResult>

  /**
   * The object's bytes, or those of a range of it; `undefined` if there is no such object (proven absent). A range that
   * reaches past the end MUST be cut at the end; one that is empty or begins at or past it MUST reject with `BadRange`. A
   * `version` on a store without versions MUST reject with `Unsupported`.
   */
  read(key: ObjectKey, options?: ReadOptions): Promise<ReadResult | undefined>

  /** Size and times of an object without its bytes; `undefined` if there is none. */
  head(key: ObjectKey, options?: VersionOptions): Promise<ObjectHead | undefined>

  /**
   * One page of the objects whose keys begin with `prefix`, in ascending order of their bytes, beginning behind `after`.
   * MUST list every object whose `create` settled before the call and was not deleted. With `folders: true` keys are
   * cut behind the next `/` after the prefix and each such folder is given once, in `folders`; `after` and `next` then
   * speak of keys and folders alike. A `limit` below 1 MUST reject with `BadRange`.
   */
  list(prefix: string, options?: ListOptions): Promise<ListPage>

  /**
   * One page of all versions and delete markers under `prefix`: keys ascending, the newest version of a key first.
   * MUST reject with `Unsupported` unless `capabilities.versioned`. `after` names a key and version already seen.
   */
  listVersions(prefix: string, options?: ListVersionsOptions): Promise<VersionPage>

  /**
   * Deletes an object (unversioned store) or one version of it (versioned: `version` MUST be given, else `Unsupported`,
   * so that no markers arise). Deleting what is not there MUST succeed. A locked version MUST reject with `Locked`.
   */
  remove(key: ObjectKey, options?: VersionOptions): Promise<void>

  /**
   * Deletes many objects, each as `remove` does, with as few requests as the store can. Versions of one key MUST go in the
   * order given: the newest first, so that what the key means never changes on the way; behind one that could not be deleted
   * the others of its key MUST stay. Resolves with what was not deleted
   * and why, which MUST be no more than that; rejects where nothing was tried or, as `Aborted`, where nothing is known.
   */
  removeMany(
    objects: readonly ObjectName[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly RemoveFailure[]>

  /**
   * Gives up what creations under `prefix` left half-made, which nobody sees and somebody may pay for (S3: uploads in parts).
   * Only for prefixes under which nobody creates any more. Gives how many there were. Absent where nothing is ever left.
   */
  removePartial?(prefix: string, options?: { readonly signal?: AbortSignal }): Promise<number>

  /** Moves a version's retain-until date further away; an earlier date MUST reject with `Locked`. Needs `objectLock`. */
  extend(key: ObjectKey, retainUntilMs: number, options?: ExtendOptions): Promise<void>

  /** Sets or lifts a legal hold on a version. Needs `objectLock`. */
  hold(key: ObjectKey, on: boolean, options?: VersionOptions): Promise<void>

  /** The store's own time now, in milliseconds since 1970: "now" for retention, undo and locks. */
  date(options?: { readonly signal?: AbortSignal }): Promise<number>

  /**
   * Tells this very place from a copy of it made by other means (a synced bucket, `cp -a`): endpoint, bucket and prefix,
   * or inode and birth time of `anchor`. `undefined` if there is no object `anchor`.
   */
  instance(anchor: ObjectKey, options?: { readonly signal?: AbortSignal }): Promise<string | undefined>
}

/** What a store is able to promise; found out by its passport, not configured. */
export interface StoreCapabilities {
  /** `create` is decided by the store: of many creators one wins, and all learn it. */
  readonly atomicCreate: boolean
  /** Keys have versions; overwriting and deleting by others leaves the older ones. */
  readonly versioned: boolean
  /** Versions can be locked against deletion. Implies `versioned`. */
  readonly objectLock: boolean
  /** Requests travel over a network, and may be billed: few large ones are better than many small ones. */
  readonly remote?: boolean
}

export interface CreateOptions {
  /** Object Lock: keep the new version at least until then, milliseconds since 1970. Needs `objectLock`. */
  readonly retainUntilMs?: number
  /** Who may shorten that: nobody, or who has a right of their own. The store's own choice if absent. */
  readonly lockMode?: LockMode
  readonly signal?: AbortSignal
}

/** Whether a lock binds everybody (compliance), or all but those with a right to lift it (governance). */
export type LockMode = "compliance" | "governance"

export interface ExtendOptions extends VersionOptions {
  readonly lockMode?: LockMode
}

export interface CreateResult {
  /** Whether the store says that this call made the object. A hint only, unless `atomicCreate`. */
  readonly created: boolean
  /** The version that this call made, where the store has versions and made one. */
  readonly version?: string
  /** The store's time of the answer, milliseconds since 1970. */
  readonly dateMs: number
  /** An attempt before this one had no answer, and may have made a version too, or left something half-made. */
  readonly repeated?: boolean
}

export interface VersionOptions {
  readonly version?: string
  readonly signal?: AbortSignal
}

/** An object, or one version of it. */
export interface ObjectName {
  readonly key: ObjectKey
  readonly version?: string
}

/** What could not be deleted. */
export interface RemoveFailure extends ObjectName {
  readonly error: StoreError
}

export interface ReadOptions extends VersionOptions {
  /** First byte and number of bytes; without it the whole object. */
  readonly range?: { readonly offset: number; readonly length: number }
  /**
   * Memory that the bytes may be put into, if they fit: `bytes` is then a view of it. It may be shared with threads. A
   * store MAY ignore it, and MUST NOT touch it after the call settled.
   */
  readonly into?: Uint8Array
  /**
   * Told how many bytes from its beginning on `into` holds, whenever there are more, so that they are worked with while
   * the rest comes. A store MAY tell nothing. A read that is tried again begins anew.
   */
  readonly onFilled?: (bytes: number) => void
}

export interface ReadResult {
  readonly bytes: Uint8Array
  /** Size of the whole object in bytes, also when a range was asked for. */
  readonly objectBytes: number
  readonly modifiedAtMs: number
  readonly version?: string
}

export interface ObjectHead {
  readonly objectBytes: number
  /** The store's time of creation (S3: Last-Modified), milliseconds since 1970. */
  readonly modifiedAtMs: number
  readonly version?: string
  readonly retainUntilMs?: number
  readonly held?: boolean
}

export interface ListOptions {
  /** Begin with the first key greater than this one. */
  readonly after?: string
  /** At most so many keys and folders; a store may give fewer (1000 is usual). */
  readonly limit?: number
  readonly folders?: boolean
  readonly signal?: AbortSignal
}

export interface ListedObject {
  readonly key: ObjectKey
  readonly objectBytes: number
  readonly modifiedAtMs: number
}

export interface ListPage {
  readonly objects: readonly ListedObject[]
  /** With `folders: true`: the prefixes up to and including the next `/`, ascending. */
  readonly folders: readonly string[]
  /** Pass as `after` for the next page; `undefined` on the last one. */
  readonly next?: string
  /** The store's time of the answer. */
  readonly dateMs: number
}

export interface ListVersionsOptions {
  readonly after?: { readonly key: string; readonly version?: string }
  readonly limit?: number
  readonly signal?: AbortSignal
}

export interface ObjectVersion {
  readonly key: ObjectKey
  readonly version: string
  /** A delete marker: hides the key from plain reads and lists, has no bytes. */
  readonly marker: boolean
  readonly objectBytes: number
  readonly modifiedAtMs: number
}

export interface VersionPage {
  readonly versions: readonly ObjectVersion[]
  readonly next?: { readonly key: string; readonly version?: string }
  readonly dateMs: number
}
