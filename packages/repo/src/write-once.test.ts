import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { aroundRequests } from "./around-requests.ts"
import { memoryStore, type MemoryStoreOptions } from "./memory-store.ts"
import { parseObjectKey } from "./object-key.ts"
import type { RepoStore } from "./repo-store.ts"
import { isStoreError } from "./store-error.ts"
import type { Tampering } from "./tampering.ts"
import { fakeClock } from "./testing/fake-clock.ts"
import { faultyStore } from "./testing/faulty-store.ts"
import { interleaving } from "./testing/interleaving.ts"
import { seededRandom } from "./testing/seeded-random.ts"
import { drawFaults, type StoreFault } from "./testing/store-fault.ts"
import { withCount } from "./with-count.ts"
import { writeOnce } from "./write-once.ts"

const unversioned = {}
const versioned = { versioning: "on", createIfAbsent: "hint" } as const
const modes: readonly Omit<MemoryStoreOptions, "clock">[] = [
  unversioned,
  versioned,
  { versioning: "on", createIfAbsent: "atomic" },
  { versioning: "on", createIfAbsent: "racy" },
  { versioning: "lock", createIfAbsent: "hint" },
]
const key = parseObjectKey("log/1")
const ours = new Uint8Array([1, 1, 1])
const theirs = new Uint8Array([2, 2])

function setUp(mode: Omit<MemoryStoreOptions, "clock"> = versioned, faults: readonly StoreFault[] = []) {
  const clock = fakeClock()
  const memory = memoryStore({ ...mode, clock })
  const faulty = faultyStore(memory, { faults })
  const { store: counted, counts } = withCount(faulty)
  const reports: Tampering[] = []
  const store = writeOnce(counted, { onTampering: (tampering) => reports.push(tampering) })
  return { clock, memory, faulty, counts, reports, store }
}

function quiet(store: RepoStore) {
  return writeOnce(store, { onTampering: () => undefined })
}

describe.each(modes)("a key on a store %j", (mode) => {
  test("is won by the first and lost, with the first's bytes, by the second", async () => {
    const { memory, store, clock } = setUp(mode)
    expect(await store.create(key, ours)).toMatchObject({ outcome: "won", dateMs: clock.now() })
    expect(await quiet(memory).create(key, theirs)).toMatchObject({ outcome: "lost", bytes: ours })
    expect((await store.read(key))?.bytes).toEqual(ours)
  })

  test("is won again by the bytes it holds", async () => {
    const { store } = setUp(mode)
    await store.create(key, ours)
    expect(await store.create(key, ours)).toMatchObject({ outcome: "won" })
  })

  test.each<StoreFault["kind"]>(["fail-before", "fail-after", "land-late"])(
    "is won through an answer that %s loses",
    async (kind) => {
      const fault = kind === "land-late" ? { kind, at: 1, landsAfter: 2 } : ({ kind, at: 1 } as StoreFault)
      const { store, memory, faulty } = setUp(mode, [fault])
      expect(await store.create(key, ours)).toMatchObject({ outcome: "won" })
      await faulty.land()
      expect((await quiet(memory).read(key))?.bytes).toEqual(ours)
    },
  )

  test("is lost through a lost answer if another was first", async () => {
    const { store, memory, reports } = setUp(mode, [{ kind: "fail-after", at: 1 }])
    await quiet(memory).create(key, theirs)
    expect(await store.create(key, ours)).toMatchObject({ outcome: "lost", bytes: theirs })
    expect((await quiet(memory).read(key))?.bytes).toEqual(theirs)
    expect(reports).toEqual([])
  })

  test("is unknown when no answer comes, and what lands later is what it means", async () => {
    const lost = [1, 2, 3].map((at) => ({ kind: "land-late", at, landsAfter: 100 }) as const)
    const { store, faulty } = setUp(mode, lost)
    await expect(store.create(key, ours)).rejects.toMatchObject({ code: "Unavailable" })
    expect(await store.read(key)).toBeUndefined()
    await faulty.land()
    expect(await store.create(key, theirs)).toMatchObject({ outcome: "lost", bytes: ours })
  })

  test("is settled by looking when a refusal follows an attempt without an answer", async () => {
    const { store } = setUp(mode, [
      { kind: "fail-after", at: 1 },
      { kind: "fail-before", at: 2, code: "NoSpace" },
    ])
    expect(await store.create(key, ours)).toMatchObject({ outcome: "won" })
  })

  test("is unknown, not refused, when a refusal follows an attempt that left nothing to see", async () => {
    const { store } = setUp(mode, [
      { kind: "fail-before", at: 1 },
      { kind: "fail-before", at: 2, code: "NoSpace" },
    ])
    await expect(store.create(key, ours)).rejects.toMatchObject({ code: "Unavailable" })
  })

  test("is refused as the store refuses it", async () => {
    const { store, counts } = setUp(mode, [{ kind: "fail-before", at: 1, code: "NoSpace" }])
    await expect(store.create(key, ours)).rejects.toMatchObject({ code: "NoSpace" })
    expect(counts.requests).toMatchObject({ create: 1, read: 0, listVersions: 0 })
  })

  test("is not judged by a read that was cut short", async () => {
    const { store, memory } = setUp(
      mode,
      [1, 2, 3].map((at) => ({ kind: "truncate", at }) as const),
    )
    await quiet(memory).create(key, theirs)
    await expect(store.create(key, ours)).rejects.toMatchObject({ code: "Unavailable" })
  })

  test("has gone with everything over it once its owner removes it", async () => {
    const { store, memory } = setUp(mode)
    await store.create(key, ours)
    memory.overlay(key, theirs)
    memory.hide(key)
    memory.overlay(key, theirs)
    await store.removeOwn(key)
    expect(await store.read(key)).toBeUndefined()
    expect(memory.snapshot()).toEqual(memoryStore({ ...mode, clock: fakeClock() }).snapshot())
  })

  test("means the same to all of many raced writers, for ever, whatever answers are lost", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.integer({ min: 2, max: 24 }),
        fc.constantFrom(0, 0.1, 0.4),
        async (seed, writers, share) => {
          const random = seededRandom(seed)
          const memory = memoryStore({ ...mode, clock: fakeClock() })
          const turns = interleaving(random)
          const clients = Array.from({ length: writers }, () =>
            faultyStore(turns.wrap(memory), { faults: drawFaults(random, { requests: 12, share }) }),
          )
          const outcomes = await turns.run(
            clients.map((client, writer) => async () => {
              const bytes = new Uint8Array([writer, 7])
              try {
                return { bytes, ...(await quiet(client).create(key, bytes)) }
              } catch (error) {
                expect(isStoreError(error) && ["Unavailable", "Throttled"].includes(error.code)).toBe(true)
                return undefined
              }
            }),
          )
          const told = outcomes.filter((outcome) => outcome !== undefined)
          const before = await quiet(memory).read(key)
          if (told.length > 0) expect(before).toBeDefined()
          for (const client of clients) await client.land()
          memory.overlay(key, new Uint8Array([99, 99]))
          if (memory.capabilities.versioned) memory.hide(key)
          else if (before !== undefined) memory.overlay(key, before.bytes)
          const after = await quiet(memory).read(key)
          if (before !== undefined) expect(after?.bytes).toEqual(before.bytes)
          for (const { bytes } of told) expect(bytes).toEqual(before?.bytes)
          const winners = told.filter(({ outcome }) => outcome === "won")
          expect(winners.length).toBeLessThanOrEqual(1)
          if (share === 0) expect(winners).toHaveLength(1)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe("on a versioned store", () => {
  test("a stranger's newer version is reported and not obeyed", async () => {
    const { store, memory, reports, clock } = setUp()
    await store.create(key, ours)
    const oldestModifiedAtMs = clock.now()
    await clock.advance(5000)
    memory.overlay(key, theirs)
    expect((await store.read(key))?.bytes).toEqual(ours)
    expect(reports).toEqual([
      { key, kind: "newer-version", version: "v2", modifiedAtMs: oldestModifiedAtMs + 5000, oldestModifiedAtMs },
    ])
  })

  test("a newer version of the same size but other bytes is reported", async () => {
    const { store, memory, reports } = setUp()
    await store.create(key, ours)
    memory.overlay(key, new Uint8Array([9, 9, 9]))
    await store.read(key)
    expect(reports).toMatchObject([{ kind: "newer-version", version: "v2" }])
  })

  test("a newer version with the oldest one's bytes is noise", async () => {
    const { store, memory, reports } = setUp()
    await store.create(key, ours)
    memory.overlay(key, ours)
    expect((await store.read(key))?.bytes).toEqual(ours)
    expect(reports).toEqual([])
  })

  test("a delete marker hides nothing and is reported by reads, lists and creations", async () => {
    const { store, memory, reports } = setUp()
    await store.create(key, ours)
    memory.hide(key)
    expect((await store.read(key))?.bytes).toEqual(ours)
    expect((await store.head(key))?.objectBytes).toBe(3)
    expect((await store.list("log/")).objects).toMatchObject([{ key, objectBytes: 3 }])
    expect(await store.create(key, theirs)).toMatchObject({ outcome: "lost", bytes: ours })
    expect(reports.map(({ kind }) => kind)).toEqual(["marker", "marker", "marker"])
  })

  test("a marker where nothing ever was is absent, and reported", async () => {
    const { store, memory, reports } = setUp()
    memory.hide(key)
    expect(await store.read(key)).toBeUndefined()
    expect(await store.head(key)).toBeUndefined()
    expect((await store.list("")).objects).toEqual([])
    expect(reports).toMatchObject([{ kind: "marker" }, { kind: "marker" }])
  })

  test("many versions of the right size do not make a read dear", async () => {
    const { store, memory, counts, reports } = setUp()
    await store.create(key, ours)
    const before = counts.requests.read
    for (let index = 0; index < 100; index++) memory.overlay(key, ours)
    await store.read(key)
    expect(counts.requests.read - before).toBeLessThan(10)
    expect(reports.length).toBeGreaterThan(90)
  })

  test("a version that this creation put over the oldest is taken away again", async () => {
    const { store, memory } = setUp()
    await quiet(memory).create(key, theirs)
    await store.create(key, ours)
    expect((await memory.listVersions("")).versions).toMatchObject([{ version: "v1" }])
  })

  test("a version that another put over ours is not ours to take away", async () => {
    const { store, memory } = setUp()
    await store.create(key, ours)
    await memory.create(key, theirs)
    await store.create(key, ours)
    expect((await memory.listVersions("")).versions).toMatchObject([{ version: "v2" }, { version: "v1" }])
  })

  test("a locked version of ours stays, and the outcome stands", async () => {
    const { store, memory, clock } = setUp({ versioning: "lock", createIfAbsent: "hint" })
    await quiet(memory).create(key, theirs)
    expect(await store.create(key, ours, { retainUntilMs: clock.now() + 1000 })).toMatchObject({ outcome: "lost" })
    expect((await memory.listVersions("")).versions).toHaveLength(2)
  })

  test("removal goes from the newest version to the oldest, and stops where one is locked", async () => {
    const { store, memory, clock } = setUp({ versioning: "lock", createIfAbsent: "hint" })
    await store.create(key, ours, { retainUntilMs: clock.now() + 1000 })
    memory.overlay(key, theirs)
    memory.hide(key)
    await expect(store.removeOwn(key)).rejects.toMatchObject({ code: "Locked" })
    expect((await memory.listVersions("")).versions).toMatchObject([{ version: "v1" }])
    expect((await store.read(key))?.bytes).toEqual(ours)
  })

  test("the versions of a key are read to the end, however small the pages and whatever keys begin alike", async () => {
    const { memory } = setUp()
    const small = paged(memory, 1)
    await memory.create(key, ours)
    for (let index = 0; index < 5; index++) memory.overlay(key, theirs)
    memory.overlay(parseObjectKey("log/1.a"), theirs)
    memory.overlay(parseObjectKey("log/10"), theirs)
    expect((await quiet(small).read(key))?.bytes).toEqual(ours)
  })
})

describe("a pack", () => {
  const bytes = new Uint8Array(100).map((_, index) => index)
  const range = { offset: 40, length: 20 }

  test("costs one request to create and one to read", async () => {
    const { store, counts } = setUp()
    expect(await store.createPack(key, bytes)).toMatchObject({ outcome: "won" })
    expect((await store.readPack(key, { range }))?.bytes).toEqual(bytes.subarray(40, 60))
    expect(counts.requests).toMatchObject({ create: 1, read: 1, listVersions: 0, head: 0 })
  })

  test("is read by its oldest version when a marker hides it", async () => {
    const { store, memory, reports } = setUp()
    await store.createPack(key, bytes)
    memory.hide(key)
    expect((await store.readPack(key, { range }))?.bytes).toEqual(bytes.subarray(40, 60))
    expect(reports).toMatchObject([{ kind: "marker" }])
  })

  test("is read by its oldest version when a shorter one lies over it", async () => {
    const { store, memory, reports } = setUp()
    await store.createPack(key, bytes)
    memory.overlay(key, bytes.subarray(0, 10))
    expect((await store.readPack(key, { range }))?.bytes).toEqual(bytes.subarray(40, 60))
    expect(reports).toMatchObject([{ kind: "newer-version" }])
  })

  test("is read by its oldest version when the newest did not open", async () => {
    const { store, memory, reports } = setUp()
    await store.createPack(key, bytes)
    memory.overlay(key, new Uint8Array(100))
    expect((await store.readPack(key, { range }))?.bytes).toEqual(new Uint8Array(20))
    expect((await store.readPack(key, { range, oldest: true }))?.bytes).toEqual(bytes.subarray(40, 60))
    expect(reports).toMatchObject([{ kind: "newer-version" }])
  })

  test("is absent only when no version is left", async () => {
    const { store, memory } = setUp()
    expect(await store.readPack(key)).toBeUndefined()
    memory.hide(key)
    expect(await store.readPack(key)).toBeUndefined()
  })

  test.each(modes)("is settled through lost answers on a store %j", async (mode) => {
    const { store } = setUp(mode, [{ kind: "fail-after", at: 1 }])
    expect(await store.createPack(key, bytes)).toMatchObject({ outcome: "won" })
  })
})

describe("listing by oldest versions", () => {
  const texts = ["a", "a-b", "a.b", "a/b", "a/b/c", "a/b/d/e", "a/b0", "b/a", "b/b/c", "c"]

  test("gives what a store without versions, markers and overlays gives", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(...texts)),
        fc.array(fc.tuple(fc.constantFrom(...texts), fc.constantFrom("overlay", "hide"))),
        fc.record({
          prefix: fc.constantFrom("", "a", "a/", "a/b", "a/b/", "b/", "x"),
          after: fc.constantFrom(undefined, "a", "a-b", "a/", "a/b", "a/b/", "a/b/c", "b/", "b/a"),
          limit: fc.integer({ min: 1, max: 5 }),
          folders: fc.boolean(),
        }),
        fc.integer({ min: 1, max: 4 }),
        async (there, attacks, { prefix, ...options }, pageSize) => {
          const plain = memoryStore({ clock: fakeClock() })
          const attacked = memoryStore({ ...versioned, clock: fakeClock() })
          for (const store of [plain, attacked]) {
            for (const text of there) await store.create(parseObjectKey(text), new Uint8Array(text.length))
          }
          for (const [text, attack] of attacks) {
            if (attack === "hide") attacked.hide(parseObjectKey(text))
            else if (there.includes(text)) attacked.overlay(parseObjectKey(text), theirs)
          }
          for (const store of [attacked, paged(attacked, pageSize)]) {
            expect(await quiet(store).list(prefix, options)).toEqual(await plain.list(prefix, options))
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  test("steps over the rest of a folder once it is listed", async () => {
    const { memory } = setUp()
    for (let number = 0; number < 200; number++) memory.overlay(parseObjectKey(`a/${number}`), ours)
    memory.overlay(parseObjectKey("b/1"), ours)
    const { store, counts } = withCount(paged(memory, 10))
    expect((await quiet(store).list("", { folders: true })).folders).toEqual(["a/", "b/"])
    expect(counts.requests.listVersions).toBeLessThan(5)
  })
})

test("a store with neither atomic creation nor versions is read but never written", async () => {
  const { store, memory } = setUp({ versioning: "off", createIfAbsent: "hint" })
  memory.overlay(key, theirs)
  await expect(store.create(key, ours)).rejects.toMatchObject({ code: "Unfit" })
  await expect(store.createPack(key, ours)).rejects.toMatchObject({ code: "Unfit" })
  expect((await store.read(key))?.bytes).toEqual(theirs)
})

test("a creation that its caller aborts is not settled behind the caller's back", async () => {
  const { store, counts } = setUp()
  await expect(store.create(key, ours, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "Aborted" })
  expect(counts.requests.create).toBe(1)
})

/** The same store, but with small pages of versions. */
function paged(store: RepoStore, limit: number): RepoStore {
  const whole = aroundRequests(store, (_, run) => run())
  return { ...whole, listVersions: (prefix, options) => store.listVersions(prefix, { ...options, limit }) }
}
