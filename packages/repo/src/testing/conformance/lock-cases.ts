import type { StoreCapabilities } from "../../repo-store.ts"
import { conformanceCase, must, mustEqual } from "./conformance-case.ts"
import { asKey, mustHold, put, someBytes } from "./must-hold.ts"
import { mustReject } from "./must-reject.ts"

const MINUTE_MS = 60_000
const locks = ({ objectLock }: StoreCapabilities) => objectLock

/** The dates are whole seconds: what S3 can express. Locked objects of real buckets stay for some minutes. */
export const lockCases = [
  conformanceCase(
    "locks: a store without them refuses extend and hold",
    async (store) => {
      await put(store, "a")
      await mustReject(store.extend(asKey("a"), 4_000_000_000_000), "Unsupported", "extend")
      await mustReject(store.hold(asKey("a"), true), "Unsupported", "hold")
    },
    ({ objectLock }) => !objectLock,
  ),

  conformanceCase(
    "locks: a version is kept until its date, and head tells it",
    async (store) => {
      const retainUntilMs = Math.ceil((await store.date()) / 1000) * 1000 + MINUTE_MS
      const { version } = await store.create(asKey("a"), someBytes(10, 1), { retainUntilMs })
      mustEqual((await store.head(asKey("a"), { version }))?.retainUntilMs, retainUntilMs, "retainUntilMs")
      await mustReject(store.remove(asKey("a"), { version }), "Locked", "remove of a locked version")
      await mustHold(store, "a", someBytes(10, 1), { version })
    },
    locks,
  ),

  conformanceCase(
    "locks: a date may be moved away but not closer",
    async (store) => {
      const firstMs = Math.ceil((await store.date()) / 1000) * 1000 + MINUTE_MS
      const { version } = await store.create(asKey("a"), someBytes(10, 1), { retainUntilMs: firstMs })
      await store.extend(asKey("a"), firstMs + MINUTE_MS, { version })
      mustEqual((await store.head(asKey("a"), { version }))?.retainUntilMs, firstMs + MINUTE_MS, "the extended date")
      await mustReject(store.extend(asKey("a"), firstMs, { version }), "Locked", "an earlier date")
      mustEqual((await store.head(asKey("a"), { version }))?.retainUntilMs, firstMs + MINUTE_MS, "the date after that")
    },
    locks,
  ),

  conformanceCase(
    "locks: an object without a date can be given one",
    async (store) => {
      const untilMs = Math.ceil((await store.date()) / 1000) * 1000 + MINUTE_MS
      const { version } = await store.create(asKey("a"), someBytes(10, 1))
      await store.extend(asKey("a"), untilMs, { version })
      await mustReject(store.remove(asKey("a"), { version }), "Locked", "remove of a version locked later")
    },
    locks,
  ),

  conformanceCase(
    "locks: a legal hold keeps a version until it is lifted",
    async (store) => {
      const { version } = await store.create(asKey("a"), someBytes(10, 1))
      await store.hold(asKey("a"), true, { version })
      must((await store.head(asKey("a"), { version }))?.held === true, "head must tell that it is held")
      await mustReject(store.remove(asKey("a"), { version }), "Locked", "remove of a held version")
      await store.hold(asKey("a"), false, { version })
      await store.remove(asKey("a"), { version })
      mustEqual(await store.read(asKey("a"), { version }), undefined, "the version after its hold was lifted")
    },
    locks,
  ),
]
