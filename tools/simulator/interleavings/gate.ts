import { aroundRequests, type RepoStore, type StoreRequest } from "@bcopy/repo"

/** A store as one engine sees it, with a door in it that some requests have to pass. */
export interface HeldStore {
  readonly store: RepoStore
  /** Resolves when the first of them stands before the door. @throws if the work ends before */
  reached(work: Promise<unknown>): Promise<void>
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

/** An entry of any log. */
export const entry = ({ method, key }: StoreRequest) => method === "create" && key.includes("/log/")

/** What reclaim condemns, what of that it decides to delete, or that an epoch is over. */
export const list = (stage: "" | ".final" | ".closed") => {
  const name = new RegExp(`/condemned/[0-9a-f]{8}${stage.replace(".", "\\.")}$`)
  return ({ method, key }: StoreRequest) => method === "create" && name.test(key)
}
