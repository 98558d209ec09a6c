import { expect, test } from "vitest"
import { memoryStore } from "./memory-store.ts"
import { parseObjectKey } from "./object-key.ts"
import { readOnly } from "./read-only.ts"
import type { RepoStore } from "./repo-store.ts"
import { StoreError, type StoreErrorCode } from "./store-error.ts"
import { fakeClock } from "./testing/fake-clock.ts"
import { withRetry } from "./with-retry.ts"

const names = ["a", "b", "c"].map((key) => ({ key: parseObjectKey(key) }))

/** A store of three objects whose removal of one fails so many times, and how often it was asked. */
async function failing(times: number, code: StoreErrorCode) {
  const clock = fakeClock({ sleep: "advances" })
  const memory = memoryStore({ clock })
  for (const { key } of names) await memory.create(key, new Uint8Array([1]))
  const asked: string[][] = []
  const store: RepoStore = {
    ...memory,
    name: "failing",
    capabilities: memory.capabilities,
    list: (prefix, options) => memory.list(prefix, options),
    async removeMany(objects) {
      asked.push(objects.map(({ key }) => key))
      const failures = asked.length <= times ? objects.filter(({ key }) => key === "b") : []
      const others = objects.filter((one) => !failures.includes(one))
      await memory.removeMany(others)
      return failures.map((name) => ({ ...name, error: new StoreError(code, "no") }))
    },
  }
  return { store: withRetry(store, { attempts: 3, baseDelayMs: 10, clock, random: () => 0 }), asked, memory }
}

test("of many, only what failed in a way that may pass is removed again", async () => {
  const { store, asked, memory } = await failing(2, "Throttled")
  expect(await store.removeMany(names)).toEqual([])
  expect(asked).toEqual([["a", "b", "c"], ["b"], ["b"]])
  expect(memory.keys()).toEqual([])
})

test("what fails for good, or too often, is named", async () => {
  const refused = await failing(1, "Denied")
  expect(await refused.store.removeMany(names)).toMatchObject([{ key: "b", error: { code: "Denied" } }])
  expect(refused.asked).toHaveLength(1)
  const never = await failing(9, "Unavailable")
  expect(await never.store.removeMany(names)).toMatchObject([{ key: "b", error: { code: "Unavailable" } }])
  expect(never.asked).toHaveLength(3)
})

test("a store that is read only removes nothing", async () => {
  const { memory } = await failing(0, "Denied")
  await expect(readOnly(memory, "it is a copy").removeMany(names)).rejects.toMatchObject({ code: "ReadOnly" })
  expect(memory.keys()).toHaveLength(3)
})
