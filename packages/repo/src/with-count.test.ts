import { expect, test } from "vitest"
import { memoryStore } from "./memory-store.ts"
import { parseObjectKey } from "./object-key.ts"
import { fakeClock } from "./testing/fake-clock.ts"
import { withCount } from "./with-count.ts"

test("requests are counted by method, bytes both ways", async () => {
  const { store, counts } = withCount(memoryStore({ clock: fakeClock() }))
  const key = parseObjectKey("a/b")
  await store.create(key, new Uint8Array(100))
  await store.create(key, new Uint8Array(50))
  await store.read(key)
  await store.read(key, { range: { offset: 90, length: 50 } })
  await store.read(parseObjectKey("absent"))
  await store.head(key)
  await store.list("")
  await store.listVersions("").catch(() => undefined)
  expect(counts).toEqual({
    requests: {
      create: 2,
      read: 3,
      head: 1,
      list: 1,
      listVersions: 1,
      remove: 0,
      removeMany: 0,
      removePartial: 0,
      extend: 0,
      hold: 0,
      date: 0,
      instance: 0,
    },
    bytesRead: 110,
    bytesWritten: 150,
  })
})

test("two wrappers around each other both count", async () => {
  const inner = withCount(memoryStore({ clock: fakeClock() }))
  const outer = withCount(inner.store)
  await outer.store.create(parseObjectKey("a"), new Uint8Array(10))
  await outer.store.read(parseObjectKey("a"))
  expect(outer.counts).toEqual(inner.counts)
  expect(inner.counts).toMatchObject({ bytesRead: 10, bytesWritten: 10 })
})
