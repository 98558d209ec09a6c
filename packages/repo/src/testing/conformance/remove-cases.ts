import type { ObjectKey } from "../../object-key.ts"
import type { StoreCapabilities } from "../../repo-store.ts"
import { conformanceCase, must, mustEqual } from "./conformance-case.ts"
import { asKey, mustHold, put, someBytes } from "./must-hold.ts"
import { mustReject } from "./must-reject.ts"

const unversioned = ({ versioned }: StoreCapabilities) => !versioned
const versioned = (capabilities: StoreCapabilities) => capabilities.versioned

export const removeCases = [
  conformanceCase(
    "remove: the object is gone, its neighbours stay, and the key may be created again",
    async (store) => {
      await put(store, "a/b", "a/c")
      await store.remove(asKey("a/b"))
      mustEqual(await store.read(asKey("a/b")), undefined, "a removed object")
      await mustHold(store, "a/c", new Uint8Array([1]))
      must((await store.create(asKey("a/b"), someBytes(10, 2))).created, "a removed key must be free")
      await mustHold(store, "a/b", someBytes(10, 2))
    },
    unversioned,
  ),

  conformanceCase(
    "remove: what is not there is removed already",
    async (store) => {
      await put(store, "a/b")
      for (const key of ["x", "x/y/z", "a", "a/b/c"]) await store.remove(asKey(key))
      await mustHold(store, "a/b", new Uint8Array([1]))
    },
    unversioned,
  ),

  conformanceCase(
    "remove: on a versioned store it needs a version, and leaves no marker",
    async (store) => {
      const { version } = await store.create(asKey("a"), someBytes(10, 1))
      await mustReject(store.remove(asKey("a")), "Unsupported", "remove without version")
      await mustHold(store, "a", someBytes(10, 1))
      await store.remove(asKey("a"), { version })
      mustEqual(await store.read(asKey("a")), undefined, "a removed version")
      mustEqual((await store.listVersions("")).versions, [], "versions and markers left")
      await store.remove(asKey("a"), { version })
    },
    versioned,
  ),

  conformanceCase(
    "removeMany: many are gone, what is not there is removed already, the others stay",
    async (store) => {
      const keys = Array.from({ length: 12 }, (_, at) => `many/${String(at).padStart(2, "0")}`)
      await put(store, ...keys, "other")
      const names = [...keys, "none"].map((key) => ({ key: asKey(key) }))
      mustEqual(await store.removeMany(names), [], "what was not removed")
      mustEqual((await store.list("many/")).objects, [], "objects left")
      await mustHold(store, "other", new Uint8Array([1]))
      mustEqual(await store.removeMany([]), [], "removing nothing")
    },
    unversioned,
  ),

  conformanceCase(
    "removeMany: several versions of a key go in the order given, and leave no marker",
    async (store) => {
      const names: { key: ObjectKey; version: string }[] = []
      for (const key of ["a", "b", "c"])
        for (const seed of [1, 2]) {
          const { version } = await store.create(asKey(key), someBytes(10, seed))
          if (version !== undefined) names.unshift({ key: asKey(key), version })
        }
      mustEqual(await store.removeMany(names), [], "what was not removed")
      mustEqual((await store.listVersions("")).versions, [], "versions and markers left")
    },
    versioned,
  ),

  conformanceCase(
    "removeMany: on a versioned store it needs versions, and removes nothing without",
    async (store) => {
      const { version } = await store.create(asKey("a"), someBytes(10, 1))
      await store.create(asKey("b"), someBytes(10, 1))
      const names = [{ key: asKey("a"), ...(version !== undefined && { version }) }, { key: asKey("b") }]
      await mustReject(store.removeMany(names), "Unsupported", "removeMany without a version")
      await mustHold(store, "b", someBytes(10, 1))
    },
    versioned,
  ),

  conformanceCase(
    "removeMany: what is locked stays and is named, the others go",
    async (store) => {
      const retainUntilMs = (await store.date()) + 60_000
      const locked = await store.create(asKey("locked"), someBytes(10, 1), { retainUntilMs })
      const free = await store.create(asKey("free"), someBytes(10, 2))
      const failures = await store.removeMany([
        { key: asKey("locked"), ...(locked.version !== undefined && { version: locked.version }) },
        { key: asKey("free"), ...(free.version !== undefined && { version: free.version }) },
      ])
      mustEqual(
        failures.map(({ key, error }) => ({ key, code: error.code })),
        [{ key: asKey("locked"), code: "Locked" as const }],
        "what was not removed",
      )
      await mustHold(store, "locked", someBytes(10, 1))
      mustEqual(await store.read(asKey("free")), undefined, "a removed version")
    },
    ({ objectLock }) => objectLock,
  ),
]
