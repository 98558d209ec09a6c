import { aroundRequests } from "./around-requests.ts"
import type { RepoStore } from "./repo-store.ts"
import { StoreError } from "./store-error.ts"
import { throwIfAborted } from "./throw-if-aborted.ts"

/**
 * Lets at most `concurrent` requests be under way at once; the others wait in the order they came. A request whose
 * signal fires while it waits rejects with `Aborted` and is never made.
 * @throws StoreError `BadRange` unless `concurrent` is a whole number from 1 on
 */
export function withLimit(store: RepoStore, concurrent: number): RepoStore {
  if (!Number.isSafeInteger(concurrent) || concurrent < 1)
    throw new StoreError("BadRange", `${store.name}: a limit of ${concurrent} requests, at least 1 is needed`)
  const waiting = new Set<() => void>()
  let running = 0

  /** Resolves when a place is handed over (`true`) or the signal fires first (`false`). */
  function turn(signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const leave = (placed: boolean) => {
        waiting.delete(proceed)
        signal?.removeEventListener("abort", giveUp)
        resolve(placed)
      }
      const proceed = () => leave(true)
      const giveUp = () => leave(false)
      waiting.add(proceed)
      signal?.addEventListener("abort", giveUp)
    })
  }

  return aroundRequests(store, async ({ method, key, signal }, run) => {
    const what = `${store.name}: ${method} ${key}`
    throwIfAborted(signal, what)
    // Who leaves hands the place on, so that a newcomer cannot slip in before those who wait.
    if (running < concurrent) running += 1
    else if (!(await turn(signal))) throwIfAborted(signal, what)
    try {
      throwIfAborted(signal, what)
      return await run()
    } finally {
      const [next] = waiting
      if (next === undefined) running -= 1
      else next()
    }
  })
}
