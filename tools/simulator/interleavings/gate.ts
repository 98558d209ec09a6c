import { aroundRequests, type RepoStore, type StoreRequest } from "@bcopy/repo"

/** A store as one engine sees it, with a door in it that some requests have to pass. */
export interface HeldStore {
  readonly store: RepoStore
  /** Resolves when the first of them stands before the door. @throws if the work ends before */
  reached(work: Promise<unknown>): Promise<void>
  /** The same of work that may end before. */
  reachedIfAtAll(work: Promise<unknown>): Promise<unknown>
  open(): void
}

/** Holds up the requests of an engine that `isIt` tells, until the door is opened. */
export function held(store: RepoStore, isIt: (request: StoreRequest) => boolean): HeldStore {
  const { promise: arrival, resolve: arrive } = Promise.withResolvers<void>()
  const { promise: opened, resolve: open } = Promise.withResolvers<void>()
  return {
    store: aroundRequests(store, async (request, run) => {
      if (isIt(request)) {
        arrive()
        await opened
      }
      return run()
    }),
    reached: (work) =>
      Promise.race([
        arrival,
        work.then(() => {
          throw new Error("it came to its end, and was never held up")
        }),
      ]),
    reachedIfAtAll: (work) => Promise.race([arrival, work]),
    open,
  }
}

/** A writer's commit: the first entry that it writes after a pack. */
export function commit(): (request: StoreRequest) => boolean {
  let hasPacks = false
  return ({ method, key }) => {
    hasPacks ||= method === "create" && key.includes("/packs/")
    return hasPacks && method === "create" && key.includes("/log/")
  }
}

/** Map packs, which a writer stores when all others are there. */
export const mapPack = ({ method, key }: StoreRequest) => method === "create" && /\/packs\/.*[02468ace]$/.test(key)

/** Reading what a point is made of. */
export const packRead = ({ method, key }: StoreRequest) => method === "read" && key.includes("/packs/")

/** The deletion of packs. */
export const deletion = ({ method, key }: StoreRequest) => method === "removeMany" && key.includes("/packs/")

/** An entry of any log. */
export const entry = ({ method, key }: StoreRequest) => method === "create" && key.includes("/log/")

/** The list of what an epoch condemns. */
export const condemning = ({ method, key }: StoreRequest) =>
  method === "create" && /\/condemned\/[0-9a-f]{8}$/.test(key)

/** A look at what others have decided, before references are counted again. */
export const decision = ({ method, key }: StoreRequest) => method === "read" && key.endsWith(".final")
