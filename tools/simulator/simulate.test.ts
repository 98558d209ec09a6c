import type { MemoryStore } from "@bcopy/repo"
import { expect, test } from "vitest"
import { scenarios, simulate } from "./simulate.ts"

// A seed of each; `npm run simulate` and `npm run soak` take many.
const plain = scenarios.find(({ name }) => name === "a plain store")
if (plain === undefined) throw new Error("there is no scenario")

// Hours are played; weeks with `BCOPY_TEST_ALL=1`.
const played = scenarios.filter(({ name }) => !name.startsWith("three weeks") || process.env["BCOPY_TEST_ALL"] === "1")

test.each(played)(
  "on $name every promised point is there and whole, whatever happens",
  async (scenario) => {
    const { problems, promised, events } = await simulate(scenario, 1)
    expect(problems).toEqual([])
    expect(promised).toBeGreaterThan(0)
    expect(events).toBeGreaterThan(500)
  },
  240_000,
)

test("the same seed gives the same story, another one another", async () => {
  const [first, again, other] = [await simulate(plain, 1), await simulate(plain, 1), await simulate(plain, 2)]
  expect(again).toEqual(first)
  expect(other.trace).not.toEqual(first.trace)
})

/** A store that says of itself that of many creators one wins, and overwrites. */
function boastful(store: MemoryStore): MemoryStore {
  const capabilities = { atomicCreate: true, versioned: false, objectLock: false }
  return Object.defineProperty(store, "capabilities", { value: capabilities })
}

test("a store that breaks its word about creating loses points, and that is found", async () => {
  const scenario = {
    ...plain,
    stores: { primary: { createIfAbsent: "hint" }, offsite: {} },
    disguise: boastful,
  } as const
  let found = 0
  for (let seed = 1; seed <= 8 && found === 0; seed++) found = (await simulate(scenario, seed)).problems.length
  expect(found).toBeGreaterThan(0)
})

/** A store that has room for so many packs, and then loses the first. */
function forgetful(store: MemoryStore): MemoryStore {
  const create = store.create.bind(store)
  store.create = async (...args) => {
    const packs = store.keys().filter((key) => key.includes("/packs/"))
    if (packs.length >= 20) await store.remove(packs[0] as (typeof packs)[number])
    return create(...args)
  }
  return store
}

test("what a point needs and is deleted is found at once", async () => {
  const { problems, events } = await simulate({ ...plain, disguise: forgetful, checkEvery: 1000 }, 1)
  expect(problems[0]).toMatch(/point .* needs .*packs.*, which was deleted/)
  expect(events).toBeLessThan((await simulate(plain, 1)).events / 2)
})
