import { createOnce, type WriteOnceResult } from "./create-once.ts"
import { readKeyHistory, reportTampering } from "./key-history.ts"
import { type ExtendReport, extendAll, holdAll } from "./extend-all.ts"
import { listLiving } from "./list-living.ts"
import type { ObjectKey } from "./object-key.ts"
import type {
  CreateOptions,
  ListOptions,
  ListPage,
  LockMode,
  ObjectHead,
  ObjectVersion,
  ReadOptions,
  ReadResult,
  RemoveFailure,
  RepoStore,
  StoreCapabilities,
} from "./repo-store.ts"
import { listOverlaid, type OverlaidObject, removeAll } from "./remove-all.ts"
import { removeRepeats } from "./remove-repeats.ts"
import { requireWhole } from "./require-whole.ts"
import { SoleVersions } from "./sole-versions.ts"
import { isStoreError } from "./store-error.ts"
import type { OnTampering } from "./tampering.ts"

interface Abortable {
  readonly signal?: AbortSignal
}

/**
 * A store under the law *a key means its oldest version*: whatever happens over a key later, and whichever of many
 * creators is told what, everybody who asks gets the same bytes for ever. Made by {@link writeOnce}.
 *
 * Every method rejects with the `StoreError`s of the store beneath; `Unavailable` means that nothing is known.
 */
export interface WriteOnceStore {
  readonly name: string
  /** Tells it from stores that are called the same elsewhere. */
  readonly place: string
  readonly capabilities: StoreCapabilities

  /**
   * Creates an object and finds out whose bytes the key holds: `won` if they are ours, `lost` with the bytes that were
   * there before. Bytes identical to ours are ours: an earlier attempt whose answer was lost.
   *
   * On a versioned store the versions are listed afterwards and the oldest one counts, whatever status the creation
   * got; a newer version that this call put itself is deleted again by its id. An attempt without an answer is settled
   * first: the identical bytes are sent again, a few times, then what is found decides; if nothing is found, it rejects
   * with `Unavailable`. An attempt may still land after that. Since every attempt carries the same bytes, that is
   * harmless: it either becomes what the key means, which the next one to ask for the number reads as ours, or lies
   * over an identical or foreign oldest version and means nothing.
   * @throws StoreError `Unfit` on a store with neither atomic create nor versions
   */
  create(key: ObjectKey, bytes: Uint8Array, options?: CreateOptions): Promise<WriteOnceResult>

  /**
   * `create` for objects under a name that nobody else can know, such as a pack's: on a versioned store `created: true`
   * is believed without listing, so it costs one request; read them with {@link readPack}.
   */
  createPack(key: ObjectKey, bytes: Uint8Array, options?: CreateOptions): Promise<WriteOnceResult>

  /**
   * The whole object, by its oldest version; `undefined` if there is none (markers do not count). The versions of a key are
   * listed first, unless a `list` since the last read has shown that there is only one.
   */
  read(key: ObjectKey, options?: Abortable): Promise<ReadResult | undefined>

  /**
   * An object or a range of it, read plainly, which costs one request; by its oldest version only where that finds
   * nothing, or a range that is not there, or with `oldest: true`, when what was read plainly failed to open.
   */
  readPack(key: ObjectKey, options?: ReadPackOptions): Promise<ReadResult | undefined>

  /** Size and times of the oldest version; `undefined` if there is none. */
  head(key: ObjectKey, options?: Abortable): Promise<ObjectHead | undefined>

  /** As `RepoStore.list`, by oldest versions: a key is listed if it has a version, also where a marker hides it. */
  list(prefix: string, options?: ListOptions): Promise<ListPage>

  /**
   * Deletes every version and marker of a key, the newest first, so that what the key means never changes on the way.
   * Only for what may be deleted: a session's own beats, and what reclaim proved dead.
   * @throws StoreError `Locked`
   */
  removeOwn(key: ObjectKey, options?: Abortable): Promise<void>

  /**
   * As {@link removeOwn} of many keys, with as few requests as the store can. Gives what was not deleted and why.
   * @throws StoreError where nothing was tried, or nothing is known
   */
  removeAll(keys: readonly ObjectKey[], options?: Abortable): Promise<readonly RemoveFailure[]>

  /** Newer versions and delete markers under a prefix, which lie over what keys mean: nobody reads them. */
  listOverlaid(prefix: string, options?: Abortable): AsyncIterable<OverlaidObject>

  /**
   * Keeps what the keys mean, their oldest versions, at least until a date; what is kept longer stays so. One list for each
   * folder's thousand objects, and a request for each object.
   * @throws StoreError if one could not be extended: then nothing may rest on any of them
   */
  extendAll(
    keys: readonly ObjectKey[],
    retainUntilMs: number,
    options?: Abortable & { readonly lockMode?: LockMode },
  ): Promise<ExtendReport>

  /** Sets or lifts a legal hold on what the keys mean. */
  holdAll(keys: readonly ObjectKey[], on: boolean, options?: Abortable): Promise<void>

  /** As `RepoStore.removePartial`: for the packs of a session that was shut out. */
  removePartial(prefix: string, options?: Abortable): Promise<number>

  /** How many keys were created with an attempt that had no answer which may have left something, and are not settled. */
  readonly unsettled: number
  /**
   * Removes what such attempts left: newer versions with the same bytes, and what is half-made. To be called when the
   * writing is done, and a while after, since an attempt may land late. Gives how many were removed.
   */
  settle(options?: Abortable): Promise<number>

  /** As `RepoStore.date`. */
  date(options?: Abortable): Promise<number>
  /** As `RepoStore.instance`. */
  instance(anchor: ObjectKey, options?: Abortable): Promise<string | undefined>
}

export interface ReadPackOptions extends Abortable {
  readonly range?: ReadOptions["range"]
  readonly into?: ReadOptions["into"]
  readonly onFilled?: ReadOptions["onFilled"]
  /** Skip the plain read: what it gave does not open. */
  readonly oldest?: boolean
}

export interface WriteOnceOptions {
  /** Told of newer versions and delete markers over a key; called before the method that found them settles. */
  readonly onTampering: OnTampering
}

/** Puts a store under the law that a key means its oldest version. The laws live here, not in the adapters. */
export function writeOnce(store: RepoStore, { onTampering }: WriteOnceOptions): WriteOnceStore {
  const versioned = () => store.capabilities.versioned
  const sole = new SoleVersions()
  const unsettled = new Set<ObjectKey>()
  const onRepeated = (key: ObjectKey) => {
    if (versioned() || store.removePartial !== undefined) unsettled.add(key)
  }

  async function readPlain(key: ObjectKey, options: ReadOptions): Promise<ReadResult | undefined> {
    return requireWhole(await store.read(key, options), `${store.name}: read ${key}`, options.range)
  }

  async function findOldest(
    key: ObjectKey,
    signal: AbortSignal | undefined,
    look: (oldest: ObjectVersion) => Promise<Uint8Array | undefined>,
    range?: ReadOptions["range"],
  ): Promise<void> {
    const history = await readKeyHistory(store, key, signal)
    const seen = history.oldest && (await look(history.oldest))
    await reportTampering(store, key, history, { noise: seen ? [seen] : [], range, signal }, onTampering)
  }

  /** Without a listing, where one has shown the only version: it stays the oldest. */
  async function readSole(key: ObjectKey, options: ReadOptions): Promise<ReadResult | undefined> {
    const version = sole.take(key)
    return version === undefined ? undefined : readPlain(key, { ...options, version })
  }

  async function readOldest(key: ObjectKey, options: ReadOptions): Promise<ReadResult | undefined> {
    let result: ReadResult | undefined
    const look = async ({ version }: ObjectVersion) => {
      result = await readPlain(key, { ...options, version })
      return result?.bytes
    }
    await findOldest(key, options.signal, look, options.range)
    return result
  }

  return {
    get name() {
      return store.name
    },
    get place() {
      return store.place ?? store.name
    },
    get capabilities() {
      return store.capabilities
    },
    create: (key, bytes, options = {}) =>
      createOnce(store, key, bytes, options, { believe: false, onTampering, onRepeated }),
    createPack: (key, bytes, options = {}) =>
      createOnce(store, key, bytes, options, { believe: true, onTampering, onRepeated }),
    async read(key, { signal } = {}) {
      if (!versioned()) return readPlain(key, { signal })
      return (await readSole(key, { signal })) ?? readOldest(key, { signal })
    },

    async readPack(key, { range, into, onFilled, oldest = false, signal } = {}) {
      const options = { signal, ...(range && { range }), ...(into && { into }), ...(onFilled && { onFilled }) }
      if (!versioned()) return readPlain(key, options)
      if (!oldest) {
        const plain = await readPlain(key, options).catch(absentIfShort)
        if (plain !== undefined) return plain
      }
      return readOldest(key, options)
    },

    async head(key, { signal } = {}) {
      if (!versioned()) return store.head(key, { signal })
      const { oldest } = await readKeyHistory(store, key, signal)
      return oldest && store.head(key, { version: oldest.version, signal })
    },

    list: async (prefix, options = {}) =>
      versioned() ? listLiving(store, prefix, options, { onTampering, sole }) : store.list(prefix, options),

    async removeOwn(key, { signal } = {}) {
      if (!versioned()) return store.remove(key, { signal })
      sole.take(key)
      const { oldest, others } = await readKeyHistory(store, key, signal)
      for (const { version } of oldest ? [...others, oldest] : others) await store.remove(key, { version, signal })
    },

    async removeAll(keys, { signal } = {}) {
      for (const key of keys) sole.take(key)
      return removeAll(store, keys, { signal })
    },

    extendAll: (keys, retainUntilMs, options = {}) => extendAll(store, keys, retainUntilMs, options),
    holdAll: (keys, on, { signal } = {}) => holdAll(store, keys, on, { signal }),

    listOverlaid: (prefix, { signal } = {}) => listOverlaid(store, prefix, { signal }),

    get unsettled() {
      return unsettled.size
    },

    async settle({ signal } = {}) {
      let removed = 0
      for (const key of unsettled) {
        removed += (await store.removePartial?.(key, { signal })) ?? 0
        if (versioned()) removed += await removeRepeats(store, key, signal)
        unsettled.delete(key)
      }
      return removed
    },

    removePartial: async (prefix, options) => (await store.removePartial?.(prefix, options)) ?? 0,
    date: (options) => store.date(options),
    instance: (anchor, options) => store.instance(anchor, options),
  }
}

/** A range past the end of what is read plainly may lie over a shorter, newer version. */
function absentIfShort(error: unknown): undefined {
  if (isStoreError(error) && error.code === "BadRange") return undefined
  throw error
}
