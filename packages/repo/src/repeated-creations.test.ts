import { expect, test } from "vitest"
import { memoryStore } from "./memory-store.ts"
import { parseObjectKey } from "./object-key.ts"
import type { Tampering } from "./tampering.ts"
import { fakeClock } from "./testing/fake-clock.ts"
import { faultyStore } from "./testing/faulty-store.ts"
import type { StoreFault } from "./testing/store-fault.ts"
import { withRetry } from "./with-retry.ts"
import { writeOnce } from "./write-once.ts"

const key = parseObjectKey("packs/s/1")
const bytes = new Uint8Array(1000).fill(7)

/** A store with versions, on which the condition is ignored, behind faults and retries. */
function place(...faults: StoreFault[]) {
  const clock = fakeClock({ sleep: "advances" })
  const memory = memoryStore({ clock, versioning: "on", createIfAbsent: "hint" })
  const faulty = faultyStore(memory, { faults })
  const tampering: Tampering[] = []
  const retried = withRetry(faulty, { attempts: 4, baseDelayMs: 10, clock, random: () => 0 })
  const store = writeOnce(retried, { onTampering: (seen) => tampering.push(seen) })
  const versions = async () => (await memory.listVersions("")).versions.length
  return { store, faulty, memory, versions, tampering }
}

test("a pack whose answer was lost is there once, though it was sent twice", async () => {
  const { store, versions, tampering } = place({ kind: "fail-after", at: 1 })
  expect(await store.createPack(key, bytes)).toMatchObject({ outcome: "won" })
  expect(await versions()).toBe(1)
  expect(store.unsettled).toBe(1)
  expect(await store.settle()).toBe(0)
  expect({ unsettled: store.unsettled, tampering }).toEqual({ unsettled: 0, tampering: [] })
})

test("two attempts without an answer leave one version after all is settled", async () => {
  const { store, versions } = place({ kind: "fail-after", at: 1 }, { kind: "fail-after", at: 2 })
  await store.create(key, bytes)
  await store.settle()
  expect(await versions()).toBe(1)
})

test("a creation that lands late is taken away when all is settled, and what the key means stays", async () => {
  const { store, faulty, versions, memory } = place({ kind: "land-late", at: 1, landsAfter: 50 })
  await store.createPack(key, bytes)
  await faulty.land()
  expect(await versions()).toBe(2)
  const [, oldest] = (await memory.listVersions(key)).versions
  expect(await store.settle()).toBe(1)
  expect((await memory.listVersions(key)).versions.map(({ version }) => version)).toEqual([oldest?.version])
})

test("another's newer version is no repeat: it is told, and stays", async () => {
  const { store, memory, versions, tampering } = place({ kind: "fail-after", at: 1 })
  await store.create(key, bytes)
  memory.overlay(key, new Uint8Array(1000).fill(8))
  expect(await store.settle()).toBe(0)
  expect(await versions()).toBe(2)
  await store.read(key)
  expect(tampering.map(({ kind }) => kind)).toEqual(["newer-version"])
})

test("a creation that was answered at once costs no listing, and needs no settling", async () => {
  const { store, faulty } = place()
  await store.createPack(key, bytes)
  expect({ requests: faulty.requests, unsettled: store.unsettled }).toEqual({ requests: 1, unsettled: 0 })
})
