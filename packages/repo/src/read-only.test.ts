import { expect, test } from "vitest"
import { memoryStore } from "./memory-store.ts"
import { parseObjectKey } from "./object-key.ts"
import { readOnly } from "./read-only.ts"
import { fakeClock } from "./testing/fake-clock.ts"

const key = parseObjectKey("a")

test("what would change the store is refused with the reason, and never reaches it", async () => {
  const memory = memoryStore({ clock: fakeClock(), versioning: "lock" })
  const { version } = await memory.create(key, new Uint8Array([1]))
  const before = memory.snapshot()
  const store = readOnly(memory, "it is a copy that was not adopted")
  const refused = { code: "ReadOnly", message: expect.stringContaining("it is a copy that was not adopted") as string }
  await expect(store.create(parseObjectKey("b"), new Uint8Array(1))).rejects.toMatchObject(refused)
  await expect(store.remove(key, { version })).rejects.toMatchObject(refused)
  await expect(store.extend(key, 4e12, { version })).rejects.toMatchObject(refused)
  await expect(store.hold(key, true, { version })).rejects.toMatchObject(refused)
  expect(memory.snapshot()).toEqual(before)
})

test("everything else works as before", async () => {
  const memory = memoryStore({ clock: fakeClock() })
  await memory.create(key, new Uint8Array([1]))
  const store = readOnly(memory, "asked for")
  expect(await store.read(key)).toEqual(await memory.read(key))
  expect(await store.list("")).toEqual(await memory.list(""))
  expect(await store.instance(key)).toEqual(await memory.instance(key))
  expect([store.name, store.capabilities]).toEqual([memory.name, memory.capabilities])
})
