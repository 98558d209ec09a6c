import { describe, expect, test } from "vitest"
import { aroundRequests } from "../around-requests.ts"
import { memoryStore, type MemoryStoreOptions } from "../memory-store.ts"
import type { RepoStore } from "../repo-store.ts"
import { conformance } from "./conformance/conformance.ts"
import { fakeClock } from "./fake-clock.ts"

const modes: readonly Omit<MemoryStoreOptions, "clock">[] = [
  {},
  { versioning: "on" },
  { versioning: "on", createIfAbsent: "hint" },
  { versioning: "on", createIfAbsent: "racy" },
  { versioning: "lock" },
  { versioning: "lock", createIfAbsent: "hint" },
]

for (const mode of modes) {
  describe(`a store in memory ${JSON.stringify(mode)}`, () => {
    const makeStore = async () => ({ store: memoryStore({ ...mode, clock: fakeClock() }) })
    const { capabilities } = memoryStore({ ...mode, clock: fakeClock() })
    for (const { name, run } of conformance.filter(({ appliesTo }) => appliesTo(capabilities))) {
      test(name, () => run(makeStore))
    }
  })
}

describe("the suite finds a store that", () => {
  const broken: Record<string, (store: RepoStore) => Partial<RepoStore>> = {
    "overwrites what is there": (store) => ({
      create: async (key, bytes, options) => {
        await store.remove(key)
        return store.create(key, bytes, options)
      },
    }),
    "tells every racer that it won": (store) => ({
      create: async (...args) => ({ ...(await store.create(...args)), created: true }),
    }),
    "says absent where a range is wrong": (store) => ({
      read: (key, options) => store.read(key, options).catch(() => undefined),
    }),
    "gives short reads": (store) => ({
      read: async (key, options) => {
        const found = await store.read(key, options)
        return found && { ...found, bytes: found.bytes.subarray(0, 100) }
      },
    }),
    "tells the size of the range for that of the object": (store) => ({
      read: async (key, options) => {
        const found = await store.read(key, options)
        return found && { ...found, objectBytes: found.bytes.length }
      },
    }),
    "forgets the last page": (store) => ({
      list: async (prefix, options) => ({ ...(await store.list(prefix, options)), next: undefined }),
    }),
    "lists folders it was not asked for": (store) => ({
      list: (prefix, options) => store.list(prefix, { ...options, folders: true }),
    }),
    "does not hear an abort": (store) => ({ read: (key, options) => store.read(key, { range: options?.range }) }),
    "fails to remove what is gone": (store) => ({
      remove: async (key, options) => {
        if ((await store.head(key)) === undefined) throw new Error(`no ${key}`)
        return store.remove(key, options)
      },
    }),
  }
  test("is whole, and passes it", async () => {
    expect(await failures(() => ({}))).toEqual([])
  })
  for (const [fault, breakIt] of Object.entries(broken)) {
    test(fault, async () => {
      expect(await failures(breakIt)).not.toEqual([])
    })
  }

  test("does not have the capabilities that a case is about", async () => {
    const lockCase = conformance.find(({ name }) => name.startsWith("locks: a legal hold"))
    const run = lockCase?.run(async () => ({ store: memoryStore({ clock: fakeClock() }) }))
    await expect(run).rejects.toThrow("choose cases by appliesTo")
  })
})

/** The sentences with which the cases reject a store in memory that was broken this way. */
async function failures(breakIt: (store: RepoStore) => Partial<RepoStore>): Promise<string[]> {
  const whole = () => aroundRequests(memoryStore({ clock: fakeClock() }), (_, run) => run())
  const makeStore = async () => {
    const store = whole()
    return { store: { ...store, ...breakIt(store) } }
  }
  const cases = conformance.filter(({ appliesTo }) => appliesTo(whole().capabilities))
  const outcomes = await Promise.allSettled(cases.map(({ run }) => run(makeStore)))
  return outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [String(outcome.reason)] : []))
}
