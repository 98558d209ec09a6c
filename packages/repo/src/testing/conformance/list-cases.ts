import { conformanceCase, must, mustEqual } from "./conformance-case.ts"
import { asKey, listAll, put, someBytes } from "./must-hold.ts"
import { mustReject } from "./must-reject.ts"

/** In the order of their bytes: "-" before "." before "/" before digits before letters. */
const sorted = [
  "a-b",
  "a-b-c/d",
  "a.b",
  "a/b",
  "a/b-c",
  "a/b.c",
  "a/b0",
  "a/bb/c",
  "a0",
  "aa",
  "b",
  "b.c/d",
  "b0/c/d/e",
]

export const listCases = [
  conformanceCase("list: nothing there is an empty last page", async (store) => {
    for (const prefix of ["", "a", "a/", "a/b/c"]) {
      const { objects, folders, next } = await store.list(prefix)
      mustEqual([objects, folders, next], [[], [], undefined], `the page under ${JSON.stringify(prefix)}`)
    }
  }),

  conformanceCase("list: keys ascend in the order of their bytes", async (store) => {
    await put(store, ...sorted.toReversed())
    mustEqual((await listAll(store, "")).keys, sorted, "all keys")
  }),

  conformanceCase("list: a prefix may end anywhere in a key", async (store) => {
    await put(store, ...sorted)
    for (const prefix of ["a", "a/", "a/b", "a.b", "b0/c/d", "b0/c/d/e", "a/b/", "c", "A", "a//", "../"]) {
      const due = sorted.filter((key) => key.startsWith(prefix))
      mustEqual((await listAll(store, prefix)).keys, due, `keys that begin with ${JSON.stringify(prefix)}`)
    }
  }),

  conformanceCase("list: begins behind `after`, whether that is there or not", async (store) => {
    await put(store, ...sorted)
    for (const after of [...sorted, "a", "a/", "a/bb", "a/bb/", "a/bc", "a/zz", "zz", "-", "b0/c/d/a"]) {
      const due = sorted.filter((key) => key > after)
      mustEqual((await listAll(store, "", { after })).keys, due, `keys after ${after}`)
      const inside = due.filter((key) => key.startsWith("a/"))
      mustEqual((await listAll(store, "a/", { after })).keys, inside, `keys in a/ after ${after}`)
    }
  }),

  conformanceCase("list: pages of any size give every key once, in order", async (store) => {
    await put(store, ...sorted)
    for (const limit of [1, 2, 5, sorted.length, 2 * sorted.length]) {
      const { keys, pages } = await listAll(store, "", { limit })
      mustEqual(keys, sorted, `all pages of ${limit}`)
      must(
        pages.every(({ objects }) => objects.length <= limit),
        `no page of ${limit} may hold more`,
      )
    }
  }),

  conformanceCase(
    "list: with folders, keys are cut behind the next slash and each folder comes once",
    async (store) => {
      await put(store, ...sorted)
      for (const prefix of ["", "a", "a/", "a/b", "b0/", "b0/c", "c"]) {
        const cut = sorted
          .filter((key) => key.startsWith(prefix))
          .map((key) => [key, key.indexOf("/", prefix.length)] as const)
        const keys = cut.flatMap(([key, slash]) => (slash < 0 ? [key] : []))
        const folders = [...new Set(cut.flatMap(([key, slash]) => (slash < 0 ? [] : [key.slice(0, slash + 1)])))]
        for (const limit of [1, 3, 100]) {
          const found = await listAll(store, prefix, { folders: true, limit })
          const what = `under ${JSON.stringify(prefix)} in pages of ${limit}`
          mustEqual(found.keys, keys, `keys ${what}`)
          mustEqual(found.folders, folders, `folders ${what}`)
          const counts = found.pages.map((page) => page.objects.length + page.folders.length)
          must(
            counts.every((count) => count <= limit),
            `no page ${what} may hold more`,
          )
        }
      }
    },
  ),

  conformanceCase("list: what was created is listed at once, with size and time as head tells them", async (store) => {
    for (let number = 0; number < 10; number++) {
      const key = asKey(`log/${number}`)
      await store.create(key, someBytes(number, 1))
      const { objects } = await store.list("log/")
      mustEqual(objects.length, number + 1, "objects listed after as many creations")
      const head = await store.head(key)
      const due = { key, objectBytes: number, modifiedAtMs: head?.modifiedAtMs }
      const { objectBytes, modifiedAtMs } = objects.at(-1)!
      mustEqual({ key: objects.at(-1)?.key, objectBytes, modifiedAtMs }, due, "the newest one")
    }
  }),

  conformanceCase("list: what was removed is not listed, nor a folder it leaves empty", async (store) => {
    await put(store, "a/b/c", "a/d")
    const head = await store.head(asKey("a/b/c"))
    await store.remove(asKey("a/b/c"), head?.version === undefined ? {} : { version: head.version })
    mustEqual((await listAll(store, "")).keys, ["a/d"], "keys")
    mustEqual((await listAll(store, "a/", { folders: true })).folders, [], "folders")
  }),

  conformanceCase("list: a limit below 1 or not whole is refused with BadRange", async (store) => {
    for (const limit of [0, -1, 1.5, Number.NaN])
      await mustReject(store.list("", { limit }), "BadRange", `limit ${limit}`)
  }),
]
