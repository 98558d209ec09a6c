import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { appendEntry } from "./append-entry.ts"
import { memoryStore, type MemoryStoreOptions } from "./memory-store.ts"
import { type ObjectKey, parseObjectKey } from "./object-key.ts"
import type { RepoStore } from "./repo-store.ts"
import { isStoreError } from "./store-error.ts"
import { fakeClock } from "./testing/fake-clock.ts"
import { faultyStore } from "./testing/faulty-store.ts"
import { interleaving } from "./testing/interleaving.ts"
import { seededRandom } from "./testing/seeded-random.ts"
import { drawFaults } from "./testing/store-fault.ts"
import { writeOnce } from "./write-once.ts"

const modes: readonly Omit<MemoryStoreOptions, "clock">[] = [
  {},
  { versioning: "on", createIfAbsent: "hint" },
  { versioning: "on", createIfAbsent: "racy" },
  { versioning: "lock", createIfAbsent: "hint" },
]

const keyOf = (number: number): ObjectKey => parseObjectKey(`log/${String(number).padStart(4, "0")}`)
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const bytesOf = (words: string) => new TextEncoder().encode(words)
const lawful = (store: RepoStore) => writeOnce(store, { onTampering: () => undefined })

async function readLog(store: RepoStore): Promise<(string | undefined)[]> {
  const { objects } = await lawful(store).list("log/")
  const found = await Promise.all(objects.map(({ key }) => lawful(store).read(key)))
  expect(objects.map(({ key }) => key)).toEqual(objects.map((_, index) => keyOf(index + 1)))
  return found.map((entry) => entry && text(entry.bytes))
}

describe.each(modes)("a log on a store %j", (mode) => {
  test("takes entries one behind the other", async () => {
    const memory = memoryStore({ ...mode, clock: fakeClock() })
    const collided = async (number: number) => ({ number: number + 1, bytes: bytesOf("b") })
    const first = await appendEntry(lawful(memory), { keyOf, first: { number: 1, bytes: bytesOf("a") }, collided })
    const second = await appendEntry(lawful(memory), { keyOf, first: { number: 1, bytes: bytesOf("b") }, collided })
    expect([first?.number, second?.number]).toEqual([1, 2])
    expect(await readLog(memory)).toEqual(["a", "b"])
  })

  test("shows what took the number, and takes no entry from who stops", async () => {
    const memory = memoryStore({ ...mode, clock: fakeClock() })
    await lawful(memory).create(keyOf(1), bytesOf("fence"))
    const seen: string[] = []
    const appended = await appendEntry(lawful(memory), {
      keyOf,
      first: { number: 1, bytes: bytesOf("zombie") },
      collided: async (number, bytes) => {
        seen.push(`${number} ${text(bytes)}`)
        return undefined
      },
    })
    expect(appended).toBeUndefined()
    expect(seen).toEqual(["1 fence"])
    expect(await readLog(memory)).toEqual(["fence"])
  })

  test("holds each entry of many raced writers once, without a hole, whatever answers are lost", async () => {
    const anyWriters = fc.integer({ min: 2, max: 20 })
    await fc.assert(
      fc.asyncProperty(fc.integer(), anyWriters, fc.constantFrom(0, 0.2), async (seed, writers, share) => {
        const random = seededRandom(seed)
        const memory = memoryStore({ ...mode, clock: fakeClock() })
        const turns = interleaving(random)
        const faults = () => ({ faults: drawFaults(random, { requests: 30, share }) })
        const clients = Array.from({ length: writers }, () => faultyStore(turns.wrap(memory), faults()))
        const done: { number: number; words: string }[] = []
        await turns.run(
          clients.map((client, writer) => async () => {
            for (let count = 0; count < 2; count++) {
              const bytes = bytesOf(`${writer}.${count}`)
              const collided = async (number: number) => ({ number: number + 1, bytes })
              try {
                const entry = await appendEntry(lawful(client), { keyOf, first: { number: 1, bytes }, collided })
                done.push({ number: entry!.number, words: `${writer}.${count}` })
              } catch (error) {
                if (!isStoreError(error)) throw error
                return
              }
            }
          }),
        )
        for (const client of clients) await client.land()
        const log = await readLog(memory)
        expect(new Set(log).size).toBe(log.length)
        for (const { number, words } of done) expect(log[number - 1]).toBe(words)
        if (share === 0) expect(log).toHaveLength(2 * writers)
      }),
      { numRuns: 30 },
    )
  })
})

test("a decision that does not move up is a mistake, with both numbers", async () => {
  const memory = memoryStore({ clock: fakeClock() })
  await memory.create(keyOf(5), bytesOf("taken"))
  const first = { number: 5, bytes: bytesOf("new") }
  const appending = appendEntry(lawful(memory), { keyOf, first, collided: async () => first })
  await expect(appending).rejects.toThrow("decided for 5 after 5 was taken")
})

describe("an entry decided long ago", () => {
  const entry = { number: 10, bytes: bytesOf("zombie") }
  const collided = async () => undefined

  test.each([
    { floor: 71, appended: undefined, asked: [10] },
    { floor: 5, appended: 10, asked: [10] },
  ])("counts only if its number still does: floor $floor", async ({ floor, appended, asked }) => {
    const clock = fakeClock()
    const memory = memoryStore({ clock })
    const first = { ...entry, decidedAtMs: clock.now() }
    await clock.advance(60 * 24 * 3600 * 1000)
    const seen: number[] = []
    const recheck = async (number: number) => {
      seen.push(number)
      return number >= floor
    }
    const options = { keyOf, first, collided, staleAfterMs: 60_000, recheck }
    expect((await appendEntry(lawful(memory), options))?.number).toBe(appended)
    expect(seen).toEqual(asked)
  })

  test("is not asked about when it is fresh", async () => {
    const memory = memoryStore({ clock: fakeClock() })
    const recheck = () => Promise.reject(new Error("asked"))
    const options = { keyOf, first: entry, collided, staleAfterMs: 60_000, recheck }
    expect((await appendEntry(lawful(memory), options))?.number).toBe(10)
  })

  test("needs to be asked about somebody", async () => {
    const memory = memoryStore({ clock: fakeClock() })
    const options = { keyOf, first: entry, collided, staleAfterMs: 60_000 }
    await expect(appendEntry(lawful(memory), options)).rejects.toMatchObject({ code: "BadRange" })
  })
})

test("an entry is locked from its creation on", async () => {
  const clock = fakeClock()
  const memory = memoryStore({ versioning: "lock", clock })
  const retainUntilMs = clock.now() + 1000
  const first = { number: 1, bytes: bytesOf("a"), retainUntilMs }
  await appendEntry(lawful(memory), { keyOf, first, collided: async () => undefined })
  expect((await memory.head(keyOf(1)))?.retainUntilMs).toBe(retainUntilMs)
})
