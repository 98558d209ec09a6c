import { expect, test } from "vitest"
import { memoryStore } from "../memory-store.ts"
import { parseObjectKey } from "../object-key.ts"
import { fakeClock } from "./fake-clock.ts"
import { interleaving } from "./interleaving.ts"
import { seededRandom } from "./seeded-random.ts"

/** Which of ten writers created the key, when their turns are drawn from a seed. */
async function winner(seed: number): Promise<number> {
  const memory = memoryStore({ clock: fakeClock() })
  const turns = interleaving(seededRandom(seed))
  const store = turns.wrap(memory)
  const tasks = Array.from({ length: 10 }, (_, writer) => async () => {
    await store.date()
    return (await store.create(parseObjectKey("a"), new Uint8Array([writer]))).created
  })
  return (await turns.run(tasks)).indexOf(true)
}

test("the same seed gives the same race, different seeds different ones", async () => {
  const first = []
  const second = []
  for (let seed = 0; seed < 20; seed++) first.push(await winner(seed))
  for (let seed = 0; seed < 20; seed++) second.push(await winner(seed))
  expect(second).toEqual(first)
  expect(new Set(first).size).toBeGreaterThan(4)
})

test("a task that rejects does not keep the others from ending", async () => {
  const memory = memoryStore({ clock: fakeClock() })
  const turns = interleaving(seededRandom(1))
  const store = turns.wrap(memory)
  const failing = async () => {
    await store.date()
    throw new Error("mine")
  }
  const creating = () => store.create(parseObjectKey("a"), new Uint8Array(1))
  await expect(turns.run<unknown>([failing, creating])).rejects.toThrow("mine")
  expect(memory.keys()).toEqual(["a"])
})

test("outside of a run requests pass at once", async () => {
  const store = interleaving(seededRandom(1)).wrap(memoryStore({ clock: fakeClock() }))
  expect(await store.read(parseObjectKey("a"))).toBeUndefined()
})
