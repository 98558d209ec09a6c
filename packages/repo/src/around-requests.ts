import type { CreateOptions, ReadOptions, RepoStore } from "./repo-store.ts"

/** One request to a store, as the wrappers see it. */
export interface StoreRequest {
  readonly method: StoreMethod
  /** The key; for lists the prefix; the first one of many; empty for `date`. */
  readonly key: string
  readonly signal: AbortSignal | undefined
  /** The bytes that `create` sends, and until when they are to be kept. */
  readonly bytes?: Uint8Array
  readonly lock?: Pick<CreateOptions, "retainUntilMs" | "lockMode">
  /** The range that `read` asks for. */
  readonly range?: ReadOptions["range"]
}

/** The methods of a store that cost a request. */
export type StoreMethod = (typeof storeMethods)[number]

/** All of {@link StoreMethod}, in the order of the contract. */
export const storeMethods = [
  "create",
  "read",
  "head",
  "list",
  "listVersions",
  "remove",
  "removeMany",
  "removePartial",
  "extend",
  "hold",
  "date",
  "instance",
] as const

/** What to do around one request; `run` makes it, and may be called never, once or again. */
export type Around = <T>(request: StoreRequest, run: () => Promise<T>) => Promise<T>

/**
 * A store whose every request goes through `around`: the one place where wrappers meet the methods.
 * Name and capabilities stay those of the store.
 */
export function aroundRequests(store: RepoStore, around: Around): RepoStore {
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
    create: (key, bytes, options) =>
      around({ method: "create", key, signal: options?.signal, bytes, lock: lockOf(options) }, () =>
        store.create(key, bytes, options),
      ),
    read: (key, options) =>
      around({ method: "read", key, signal: options?.signal, range: options?.range }, () => store.read(key, options)),
    head: (key, options) => around({ method: "head", key, signal: options?.signal }, () => store.head(key, options)),
    list: (prefix, options) =>
      around({ method: "list", key: prefix, signal: options?.signal }, () => store.list(prefix, options)),
    listVersions: (prefix, options) =>
      around({ method: "listVersions", key: prefix, signal: options?.signal }, () =>
        store.listVersions(prefix, options),
      ),
    remove: (key, options) =>
      around({ method: "remove", key, signal: options?.signal }, () => store.remove(key, options)),
    removeMany: (objects, options) =>
      around({ method: "removeMany", key: objects[0]?.key ?? "", signal: options?.signal }, () =>
        store.removeMany(objects, options),
      ),
    ...(store.removePartial && {
      removePartial: async (prefix: string, options?: { readonly signal?: AbortSignal }) =>
        around({ method: "removePartial", key: prefix, signal: options?.signal }, async () =>
          store.removePartial === undefined ? 0 : store.removePartial(prefix, options),
        ),
    }),
    extend: (key, retainUntilMs, options) =>
      around({ method: "extend", key, signal: options?.signal }, () => store.extend(key, retainUntilMs, options)),
    hold: (key, on, options) =>
      around({ method: "hold", key, signal: options?.signal }, () => store.hold(key, on, options)),
    date: (options) => around({ method: "date", key: "", signal: options?.signal }, () => store.date(options)),
    instance: (anchor, options) =>
      around({ method: "instance", key: anchor, signal: options?.signal }, () => store.instance(anchor, options)),
  }
}

function lockOf({ retainUntilMs, lockMode }: CreateOptions = {}): NonNullable<StoreRequest["lock"]> {
  return { ...(retainUntilMs !== undefined && { retainUntilMs }), ...(lockMode && { lockMode }) }
}
