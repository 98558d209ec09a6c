import { expect, test } from "vitest"
import { memoryStore } from "./memory-store.ts"
import { parseObjectKey } from "./object-key.ts"
import type { RepoStore } from "./repo-store.ts"
import { fakeClock } from "./testing/fake-clock.ts"
import { aroundRequests } from "./around-requests.ts"
import { withLimit } from "./with-limit.ts"

const key = (name: string) => parseObjectKey(name)

/** A store whose requests stay under way until they are let go. */
function gated(): { store: RepoStore; underWay: string[]; letGo: (name: string) => Promise<void> } {
  const underWay: string[] = []
  const gates = new Map<string, () => void>()
  const store = aroundRequests(memoryStore({ clock: fakeClock() }), async (request, run) => {
    underWay.push(request.key)
    await new Promise<void>((resolve) => gates.set(request.key, resolve))
    underWay.splice(underWay.indexOf(request.key), 1)
    return run()
  })
  const letGo = async (name: string) => {
    gates.get(name)?.()
    await fakeClock().advance(0)
  }
  return { store, underWay, letGo }
}

test("only so many requests are under way, the others follow in the order they came", async () => {
  const { store, underWay, letGo } = gated()
  const limited = withLimit(store, 2)
  const reads = ["a", "b", "c", "d"].map((name) => limited.read(key(name)))
  expect(underWay).toEqual(["a", "b"])
  await letGo("b")
  expect(underWay).toEqual(["a", "c"])
  await letGo("a")
  expect(underWay).toEqual(["c", "d"])
  await letGo("c")
  await letGo("d")
  expect(await Promise.all(reads)).toEqual([undefined, undefined, undefined, undefined])
})

test("a newcomer does not slip in before those who wait", async () => {
  const { store, underWay, letGo } = gated()
  const limited = withLimit(store, 1)
  const first = limited.read(key("a")).then(() => limited.read(key("c")))
  const second = limited.read(key("b"))
  await letGo("a")
  expect(underWay).toEqual(["b"])
  await letGo("b")
  expect(underWay).toEqual(["c"])
  await letGo("c")
  await Promise.all([first, second])
})

test("a request aborted while it waits is never made and takes nobody's place", async () => {
  const { store, underWay, letGo } = gated()
  const limited = withLimit(store, 1)
  const abort = new AbortController()
  const first = limited.read(key("a"))
  const second = limited.read(key("b"), { signal: abort.signal })
  const third = limited.read(key("c"))
  abort.abort()
  await expect(second).rejects.toMatchObject({ code: "Aborted" })
  expect(underWay).toEqual(["a"])
  await letGo("a")
  expect(underWay).toEqual(["c"])
  await letGo("c")
  await Promise.all([first, third])
})

test("a request aborted under way hands its place on", async () => {
  const { store, underWay, letGo } = gated()
  const limited = withLimit(store, 1)
  const abort = new AbortController()
  const first = limited.read(key("a"), { signal: abort.signal }).catch((error: unknown) => error)
  const second = limited.read(key("b"))
  abort.abort()
  await letGo("a")
  expect(await first).toMatchObject({ code: "Aborted" })
  expect(underWay).toEqual(["b"])
  await letGo("b")
  await second
})

test("a failed request frees its place", async () => {
  const failing = aroundRequests(memoryStore({ clock: fakeClock() }), async () => {
    throw new Error("no")
  })
  const limited = withLimit(failing, 1)
  await expect(limited.date()).rejects.toThrow("no")
  await expect(limited.date()).rejects.toThrow("no")
})

test.each([0, -1, 1.5, Number.NaN])("a limit of %s is refused", (limit) => {
  expect(() => withLimit(memoryStore({ clock: fakeClock() }), limit)).toThrow(`a limit of ${limit}`)
})
