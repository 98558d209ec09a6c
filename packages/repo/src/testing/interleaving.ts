import { aroundRequests } from "../around-requests.ts"
import type { RepoStore } from "../repo-store.ts"

/** Makes tasks take turns at their requests, in an order drawn from a seed: races that can be had again. */
export interface Interleaving {
  /** A store whose requests wait for a turn before they take effect, and for another before they are answered. */
  wrap(store: RepoStore): RepoStore
  /** Runs tasks until all have settled; rejects with the first rejection in their order. */
  run<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]>
}

/** An interleaving drawn from `random`; outside of `run` requests pass at once. */
export function interleaving(random: () => number): Interleaving {
  const waiting: (() => void)[] = []
  let running = false

  function turn(): Promise<void> {
    return running ? new Promise((resolve) => void waiting.push(resolve)) : Promise.resolve()
  }

  return {
    wrap: (store) =>
      aroundRequests(store, async (_, run) => {
        await turn()
        try {
          return await run()
        } finally {
          await turn()
        }
      }),
    async run(tasks) {
      running = true
      let left = tasks.length
      const results = tasks.map((task) => task().finally(() => left--))
      const all = Promise.allSettled(results)
      while (left > 0) {
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
        const [next] = waiting.splice(Math.floor(random() * waiting.length), 1)
        next?.()
      }
      running = false
      await all
      return Promise.all(results)
    },
  }
}
