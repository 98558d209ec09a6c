import { conformanceCase, must, mustEqual } from "./conformance-case.ts"
import { asKey, put, someBytes } from "./must-hold.ts"
import { mustReject } from "./must-reject.ts"

const OBJECT_BYTES = 1000
const ranges: readonly { readonly offset: number; readonly length: number; readonly due: readonly [number, number] }[] =
  [
    { offset: 0, length: 1, due: [0, 1] },
    { offset: 0, length: 1000, due: [0, 1000] },
    { offset: 250, length: 500, due: [250, 750] },
    { offset: 999, length: 1, due: [999, 1000] },
    { offset: 900, length: 200, due: [900, 1000] },
    { offset: 0, length: 5000, due: [0, 1000] },
  ]

export const readCases = [
  conformanceCase("read, head: what is not there is undefined", async (store) => {
    mustEqual(await store.read(asKey("a")), undefined, "read of an absent key")
    mustEqual(await store.head(asKey("a/b/c")), undefined, "head of an absent key")
    mustEqual(await store.read(asKey("a"), { range: { offset: 5, length: 5 } }), undefined, "a range of an absent key")
  }),

  conformanceCase("read, head: a folder is no object, and nothing lies below an object", async (store) => {
    await put(store, "a/b", "c")
    mustEqual(await store.read(asKey("a")), undefined, "read of a folder")
    mustEqual(await store.head(asKey("a")), undefined, "head of a folder")
    mustEqual(await store.read(asKey("c/d")), undefined, "read below an object")
    mustEqual(await store.head(asKey("c/d")), undefined, "head below an object")
  }),

  conformanceCase("read: ranges give what they name, cut at the end, with the whole object's size", async (store) => {
    const bytes = someBytes(OBJECT_BYTES, 1)
    await store.create(asKey("a"), bytes)
    for (const { offset, length, due } of ranges) {
      const found = await store.read(asKey("a"), { range: { offset, length } })
      const what = `${length} bytes from ${offset} on`
      mustEqual(found && Array.from(found.bytes), Array.from(bytes.subarray(...due)), what)
      mustEqual(found?.objectBytes, OBJECT_BYTES, `objectBytes of ${what}`)
    }
  }),

  conformanceCase("read: a range that begins at or past the end is refused with BadRange", async (store) => {
    await store.create(asKey("a"), someBytes(OBJECT_BYTES, 1))
    await store.create(asKey("empty"), new Uint8Array(0))
    for (const offset of [OBJECT_BYTES, OBJECT_BYTES + 1, 10 * OBJECT_BYTES])
      await mustReject(
        store.read(asKey("a"), { range: { offset, length: 1 } }),
        "BadRange",
        `a range from ${offset} on`,
      )
    const first = { range: { offset: 0, length: 1 } }
    await mustReject(store.read(asKey("empty"), first), "BadRange", "a range of an empty object")
  }),

  conformanceCase("read: a range that is empty, negative or not whole is refused with BadRange", async (store) => {
    await store.create(asKey("a"), someBytes(OBJECT_BYTES, 1))
    for (const [offset, length] of [
      [0, 0],
      [-1, 1],
      [0, -1],
      [0.5, 1],
      [0, 2 ** 60],
    ] as const)
      // prettier-ignore
      await mustReject(store.read(asKey("a"), { range: { offset, length } }), "BadRange", `${length} from ${offset} on`)
  }),

  conformanceCase("read: the bytes given belong to the caller", async (store) => {
    await store.create(asKey("a"), someBytes(100, 1))
    const first = await store.read(asKey("a"))
    first?.bytes.fill(0)
    const second = await store.read(asKey("a"))
    mustEqual(second && [...second.bytes], [...someBytes(100, 1)], "the object after its reader wrote over the bytes")
  }),

  conformanceCase(
    "read: memory holds what it is told to hold, and ends up with all of it or untouched",
    async (store) => {
      const bytes = someBytes(300_000, 2)
      await store.create(asKey("a"), bytes)
      const into = new Uint8Array(new SharedArrayBuffer(bytes.length + 5))
      let last = 0
      let isHeld = true
      const onFilled = (count: number) => {
        isHeld &&= count > last && Buffer.compare(into.subarray(last, count), bytes.subarray(last, count)) === 0
        last = count
      }
      const range = { offset: 0, length: bytes.length }
      const found = await store.read(asKey("a"), { range, into, onFilled })
      must(isHeld, "what was told to be there was not, or did not grow")
      must(Buffer.compare(found?.bytes ?? new Uint8Array(), bytes) === 0, "the bytes were not those of the object")
      if (last > 0) mustEqual(last, bytes.length, "what was told in the end")
      if (last > 0) must(found?.bytes.buffer === into.buffer, "the bytes told of were not those given")
    },
  ),

  conformanceCase("head: tells size and time as read does", async (store) => {
    await store.create(asKey("a"), someBytes(123, 1))
    const read = await store.read(asKey("a"))
    const head = await store.head(asKey("a"))
    must(read !== undefined && head !== undefined, "a created object must be there")
    mustEqual(
      [head.objectBytes, head.modifiedAtMs, head.version],
      [read.objectBytes, read.modifiedAtMs, read.version],
      "size, time and version",
    )
    must(Number.isSafeInteger(head.modifiedAtMs), `modifiedAtMs must be whole milliseconds, is ${head.modifiedAtMs}`)
  }),
]
