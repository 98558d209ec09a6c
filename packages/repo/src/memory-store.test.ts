import { expect, test } from "vitest"
import { memoryStore } from "./memory-store.ts"
import { parseObjectKey } from "./object-key.ts"
import { fakeClock } from "./testing/fake-clock.ts"

const key = parseObjectKey("a/b")
const one = new Uint8Array([1])
const two = new Uint8Array([2, 2])

test("hint: every creator is told that it won, and the newest version is what a plain read gives", async () => {
  const store = memoryStore({ clock: fakeClock(), versioning: "on", createIfAbsent: "hint" })
  const results = [await store.create(key, one), await store.create(key, two)]
  expect(results.map(({ created }) => created)).toEqual([true, true])
  expect((await store.read(key))?.bytes).toEqual(two)
  expect((await store.listVersions("")).versions.map(({ version }) => version)).toEqual(["v2", "v1"])
})

test("racy: creators at the same time all win, a later one does not", async () => {
  const store = memoryStore({ clock: fakeClock(), versioning: "on", createIfAbsent: "racy" })
  const racers = await Promise.all([store.create(key, one), store.create(key, two)])
  expect(racers.map(({ created }) => created)).toEqual([true, true])
  expect((await store.create(key, one)).created).toBe(false)
})

test("atomic: a delete marker makes a key free again, as on AWS", async () => {
  const store = memoryStore({ clock: fakeClock(), versioning: "on" })
  await store.create(key, one)
  store.hide(key)
  expect((await store.create(key, two)).created).toBe(true)
})

test("hide: a marker hides the key from reads and lists but not its versions", async () => {
  const store = memoryStore({ clock: fakeClock(), versioning: "lock" })
  const { version } = await store.create(key, one)
  store.hide(key)
  expect(await store.read(key)).toBeUndefined()
  expect((await store.list("")).objects).toEqual([])
  expect((await store.listVersions("")).versions).toMatchObject([{ marker: true, objectBytes: 0 }, { version }])
  expect((await store.read(key, { version }))?.bytes).toEqual(one)
  expect(store.keys()).toEqual(["a/b"])
})

test("overlay and hide on an unversioned store overwrite and delete", async () => {
  const store = memoryStore({ clock: fakeClock() })
  await store.create(key, one)
  store.overlay(key, two)
  expect((await store.read(key))?.bytes).toEqual(two)
  store.hide(key)
  expect(store.keys()).toEqual([])
})

test("tamper changes stored bytes under the same version and time", async () => {
  const store = memoryStore({ clock: fakeClock(), versioning: "on" })
  await store.create(key, one)
  const before = await store.head(key)
  store.tamper(key, (bytes) => bytes.map((byte) => byte ^ 0xff))
  expect((await store.read(key))?.bytes).toEqual(new Uint8Array([0xfe]))
  expect(await store.head(key)).toEqual(before)
  expect(() => store.tamper(parseObjectKey("x"), (bytes) => bytes)).toThrow("there is no x")
})

test("a lock ends when the store's clock says so", async () => {
  const clock = fakeClock()
  const store = memoryStore({ clock, versioning: "lock" })
  const { version } = await store.create(key, one, { retainUntilMs: clock.now() + 1000 })
  await clock.advance(999)
  await expect(store.remove(key, { version })).rejects.toMatchObject({ code: "Locked" })
  await clock.advance(1)
  await store.remove(key, { version })
  expect(store.keys()).toEqual([])
})

test("a date that has passed is no lock", async () => {
  const clock = fakeClock()
  const store = memoryStore({ clock, versioning: "lock" })
  await expect(store.create(key, one, { retainUntilMs: clock.now() })).rejects.toMatchObject({ code: "BadRange" })
  await expect(store.extend(key, clock.now() + 1)).rejects.toMatchObject({ code: "BadRange" })
})

test("restore goes back to a snapshot, whatever happened since, and may do so again", async () => {
  const store = memoryStore({ clock: fakeClock(), versioning: "on", createIfAbsent: "hint" })
  const { version } = await store.create(key, one)
  const snapshot = store.snapshot()
  for (let round = 0; round < 2; round++) {
    await store.create(key, two)
    await store.create(parseObjectKey("c"), two)
    await store.remove(key, { version })
    store.restore(snapshot)
    expect((await store.listVersions("")).versions).toMatchObject([{ key, version }])
    expect((await store.list("")).objects).toMatchObject([{ key, objectBytes: 1 }])
  }
})

test("a clone has the same content, its own future and another instance", async () => {
  const store = memoryStore({ clock: fakeClock(), id: "first" })
  await store.create(key, one)
  const clone = store.clone()
  await clone.create(parseObjectKey("c"), two)
  expect([store.keys(), clone.keys()]).toEqual([["a/b"], ["a/b", "c"]])
  expect(await store.instance(key)).toBe("memory:first")
  expect(new Set([await store.instance(key), await clone.instance(key), await store.clone().instance(key)]).size).toBe(
    3,
  )
})
