import { aroundRequests, type StoreRequest } from "../around-requests.ts"
import type { ObjectKey } from "../object-key.ts"
import type { ListPage, ReadResult, RepoStore } from "../repo-store.ts"
import { StoreError, type StoreErrorCode } from "../store-error.ts"
import type { StoreFault } from "./store-fault.ts"

/** A store on a bad day. */
export interface FaultyStore extends RepoStore {
  /** How many requests were made so far. */
  readonly requests: number
  /** Lets every delayed create land now. */
  land(): Promise<void>
}

type FaultOf<K extends StoreFault["kind"]> = Extract<StoreFault, { kind: K }>

interface LatePut {
  readonly due: number
  readonly put: () => Promise<unknown>
}

/**
 * The same store, with the given faults put between it and its callers: the same for the same faults and the same
 * requests. Use `drawFaults` to draw some from a seed.
 */
export function faultyStore(store: RepoStore, { faults }: { readonly faults: readonly StoreFault[] }): FaultyStore {
  const pending: LatePut[] = []
  const createdAt = new Map<string, number>()
  let requests = 0

  async function land(before: number): Promise<void> {
    for (const late of pending.filter(({ due }) => due <= before)) {
      pending.splice(pending.indexOf(late), 1)
      await late.put().catch(() => undefined)
    }
  }

  const faulty = aroundRequests(store, async <T>(request: StoreRequest, run: () => Promise<T>): Promise<T> => {
    const number = ++requests
    const what = `${store.name}: ${request.method} ${request.key}`
    await land(number)
    refuseWhereDead(number, what)
    const fault = faults.find((each) => each.at === number)
    if (fault?.kind === "fail-before") throw failure(fault.code, what, "no answer")
    if (fault?.kind === "land-late") {
      if (request.method === "create") pending.push({ due: number + fault.landsAfter, put: keep(request, run) })
      throw failure(undefined, what, "no answer")
    }
    const result = await run()
    if (request.method === "create" && latest(number)) createdAt.set(request.key, number)
    if (fault?.kind === "fail-after") throw failure(fault.code, what, "the answer was lost")
    if (fault?.kind === "stop-after") throw failure(undefined, what, "the process died")
    if (request.method === "read" && fault?.kind === "truncate") return truncate(result as ReadResult, fault) as T
    return result
  })

  /** A create whose bytes stay as they were when it was sent. */
  function keep(request: StoreRequest, run: () => Promise<unknown>): () => Promise<unknown> {
    const bytes = request.bytes?.slice()
    return bytes === undefined ? run : () => store.create(request.key as ObjectKey, bytes, request.lock)
  }

  function refuseWhereDead(number: number, what: string): void {
    for (const fault of faults) {
      if (fault.kind === "stop-before" && number >= fault.at) throw failure(undefined, what, "the process died")
      if (fault.kind === "stop-after" && number > fault.at) throw failure(undefined, what, "the process died")
      if (fault.kind === "storm" && number >= fault.at && number < fault.at + fault.requests)
        throw failure("Throttled", what, "slow down")
    }
  }

  /** The late listing in force at a request. */
  function latest(number: number): FaultOf<"late-listing"> | undefined {
    return faults.findLast((fault) => fault.kind === "late-listing" && fault.at <= number) as
      FaultOf<"late-listing"> | undefined
  }

  function isLate(key: string): boolean {
    const created = createdAt.get(key)
    return created !== undefined && requests <= created + (latest(created)?.requests ?? 0)
  }

  async function withoutLate(page: ListPage): Promise<ListPage> {
    const late = [...createdAt.keys()].filter(isLate)
    const folders: string[] = []
    for (const folder of page.folders) {
      const limit = late.length + 1
      const { objects } = await store.list(folder, { limit })
      if (objects.some(({ key }) => !late.includes(key))) folders.push(folder)
    }
    return { ...page, folders, objects: page.objects.filter(({ key }) => !late.includes(key)) }
  }

  return {
    ...faulty,
    get name() {
      return store.name
    },
    get capabilities() {
      return store.capabilities
    },
    get requests() {
      return requests
    },
    land: () => land(Infinity),
    list: async (prefix, options) => withoutLate(await faulty.list(prefix, options)),
  }
}

function failure(code: StoreErrorCode | undefined, what: string, why: string): StoreError {
  return new StoreError(code ?? "Unavailable", `${what}: ${why}`)
}

function truncate(result: ReadResult | undefined, { keepBytes }: FaultOf<"truncate">): ReadResult | undefined {
  if (result === undefined) return undefined
  return { ...result, bytes: result.bytes.subarray(0, keepBytes ?? result.bytes.length >> 1) }
}
