import { MAX_KEY_BYTES, type ObjectKey } from "../../object-key.ts"
import { conformanceCase, must, mustEqual } from "./conformance-case.ts"
import { asKey, mustHold, someBytes } from "./must-hold.ts"
import { mustReject } from "./must-reject.ts"

const RACERS = 20
const BIG_BYTES = 8 << 20
/** Stores date to the second, and a first request may be slow. */
const SLACK_MS = 60_000

export const badKeys: readonly string[] = [
  "",
  "/a",
  "a/",
  "a//b",
  "A",
  "a b",
  "a_b",
  "ä",
  ".",
  "..",
  "../a",
  "a/./b",
  "a/../b",
  "a\\b",
  "a\u0000b",
  `a${"/b".repeat(MAX_KEY_BYTES / 2)}`,
]

export const createCases = [
  conformanceCase("create: what was created is read as it was", async (store) => {
    const bytes = someBytes(1000, 1)
    const { created, dateMs } = await store.create(asKey("a/b"), bytes)
    must(created, "the first creation must answer created: true")
    await mustHold(store, "a/b", bytes)
    const { modifiedAtMs } = (await store.read(asKey("a/b")))!
    must(Math.abs(modifiedAtMs - dateMs) < SLACK_MS, `modifiedAtMs ${modifiedAtMs} must lie near dateMs ${dateMs}`)
  }),

  conformanceCase("create: an object may be empty", async (store) => {
    await store.create(asKey("a/empty"), new Uint8Array(0))
    await mustHold(store, "a/empty", new Uint8Array(0))
  }),

  conformanceCase("create: an object of 8 MiB comes back whole", async (store) => {
    const bytes = someBytes(BIG_BYTES, 2)
    await store.create(asKey("a/big"), bytes)
    await mustHold(store, "a/big", bytes)
  }),

  conformanceCase("create: bytes given stay as they are and are not kept", async (store) => {
    const bytes = someBytes(100, 3)
    await store.create(asKey("a"), bytes)
    mustEqual([...bytes], [...someBytes(100, 3)], "the caller's bytes after create")
    bytes.fill(0)
    await mustHold(store, "a", someBytes(100, 3))
  }),

  conformanceCase("create: a part of a larger buffer is stored as that part", async (store) => {
    await store.create(asKey("a"), someBytes(100, 4).subarray(10, 30))
    await mustHold(store, "a", someBytes(100, 4).slice(10, 30))
  }),

  conformanceCase("create: keys that begin alike are different objects", async (store) => {
    const keys = ["a.b", "a-b", "a", "a.", "ab", "a..b"]
    for (const [index, key] of keys.entries()) await store.create(asKey(key), someBytes(10, index))
    for (const [index, key] of keys.entries()) await mustHold(store, key, someBytes(10, index))
  }),

  conformanceCase("create: a key may have 512 bytes", async (store) => {
    const key = `${"a".repeat(200)}/${"b".repeat(200)}/${"c".repeat(110)}`
    must(key.length === MAX_KEY_BYTES, `the key must have ${MAX_KEY_BYTES} bytes, has ${key.length}`)
    await store.create(asKey(key), someBytes(10, 5))
    await mustHold(store, key, someBytes(10, 5))
    mustEqual((await store.list("a")).objects[0]?.key, key, "the only key listed")
  }),

  conformanceCase("create, read, head, remove: a key that breaks the grammar is refused with BadKey", async (store) => {
    for (const text of badKeys) {
      const key = text as ObjectKey
      await mustReject(store.create(key, new Uint8Array(1)), "BadKey", `create ${JSON.stringify(text)}`)
      await mustReject(store.read(key), "BadKey", `read ${JSON.stringify(text)}`)
      await mustReject(store.head(key), "BadKey", `head ${JSON.stringify(text)}`)
      await mustReject(store.remove(key, { version: "1" }), "BadKey", `remove ${JSON.stringify(text)}`)
    }
  }),

  conformanceCase(
    "create: an object that is there stays untouched",
    async (store) => {
      await store.create(asKey("a"), someBytes(10, 1))
      const { created } = await store.create(asKey("a"), someBytes(10, 2))
      must(!created, "the second creation must answer created: false")
      await mustHold(store, "a", someBytes(10, 1))
    },
    ({ atomicCreate }) => atomicCreate,
  ),

  conformanceCase(
    `create: of ${RACERS} creators at once exactly one wins, five times over`,
    async (store) => {
      for (let round = 0; round < 5; round++) {
        const key = asKey(`races/${round}/entry`)
        const racers = Array.from({ length: RACERS }, (_, racer) => store.create(key, someBytes(5000 + racer, racer)))
        const winners = (await Promise.all(racers)).flatMap(({ created }, racer) => (created ? [racer] : []))
        must(winners.length === 1, `exactly 1 of ${RACERS} must win, got ${winners.length}`)
        await mustHold(store, key, someBytes(5000 + winners[0]!, winners[0]!))
      }
    },
    ({ atomicCreate }) => atomicCreate,
  ),

  conformanceCase(
    "create: a lock asked of a store without Object Lock is refused, and nothing is stored",
    async (store) => {
      const options = { retainUntilMs: (await store.date()) + SLACK_MS }
      await mustReject(store.create(asKey("a"), someBytes(10, 1), options), "Unsupported", "create with retainUntilMs")
      must((await store.read(asKey("a"))) === undefined, "a refused creation must store nothing")
    },
    ({ objectLock }) => !objectLock,
  ),
]
