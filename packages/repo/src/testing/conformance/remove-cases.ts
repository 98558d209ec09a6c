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
]
