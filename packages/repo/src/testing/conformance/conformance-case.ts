import type { RepoStore, StoreCapabilities } from "../../repo-store.ts"

/** Makes an empty store of the kind under test, a new one each time; `dispose` clears it away. */
export type MakeStore = () => Promise<{ store: RepoStore; dispose?(): Promise<void> }>

/** One thing that every store must do, or every store with some capability. */
export interface ConformanceCase {
  /** The sentence that must hold. */
  readonly name: string
  /** Whether stores with these capabilities are meant; for others `run` rejects. */
  appliesTo(capabilities: StoreCapabilities): boolean
  /** Rejects with a sentence that says what did not hold. */
  run(makeStore: MakeStore): Promise<void>
}

/** A case from its sentence and what to do with an empty store. */
export function conformanceCase(
  name: string,
  body: (store: RepoStore) => Promise<void>,
  appliesTo: (capabilities: StoreCapabilities) => boolean = () => true,
): ConformanceCase {
  return {
    name,
    appliesTo,
    async run(makeStore) {
      const { store, dispose } = await makeStore()
      try {
        must(appliesTo(store.capabilities), `${store.name} is not meant by this case: choose cases by appliesTo`)
        await body(store)
      } finally {
        await dispose?.()
      }
    },
  }
}

/** Throws `sentence` unless `holds`. */
export function must(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence)
}

/** Throws unless the two have the same JSON; `what` begins the sentence. */
export function mustEqual(found: unknown, expected: unknown, what: string): void {
  const [is, due] = [JSON.stringify(found), JSON.stringify(expected)]
  must(is === due, `${what}: expected ${due ?? "undefined"}, got ${is ?? "undefined"}`)
}
