import type { ObjectVersion, RepoStore, StoreCapabilities } from "../../repo-store.ts"
import { conformanceCase, must, mustEqual } from "./conformance-case.ts"
import { asKey, mustHold, put, someBytes } from "./must-hold.ts"
import { mustReject } from "./must-reject.ts"

const RACERS = 20
const versioned = (capabilities: StoreCapabilities) => capabilities.versioned

export const versionCases = [
  conformanceCase(
    "versions: a store without them refuses to list them, and to read or remove one",
    async (store) => {
      await put(store, "a")
      await mustReject(store.listVersions(""), "Unsupported", "listVersions")
      await mustReject(store.read(asKey("a"), { version: "1" }), "Unsupported", "read of a version")
      await mustReject(store.head(asKey("a"), { version: "1" }), "Unsupported", "head of a version")
      await mustReject(store.remove(asKey("a"), { version: "1" }), "Unsupported", "remove of a version")
      await mustHold(store, "a", new Uint8Array([1]))
    },
    (capabilities) => !capabilities.versioned,
  ),

  conformanceCase(
    "versions: create names the version it made, under which it is listed and read",
    async (store) => {
      const { version } = await store.create(asKey("a/b"), someBytes(10, 1))
      must(version !== undefined && version !== "", "create must name the version it made")
      await mustHold(store, "a/b", someBytes(10, 1), { version })
      const [only, ...more] = (await store.listVersions("a/")).versions
      mustEqual([only?.key, only?.version, only?.marker, only?.objectBytes], ["a/b", version, false, 10], "the version")
      mustEqual(more, [], "further versions")
      mustEqual((await store.head(asKey("a/b")))?.version, version, "the version that head tells")
    },
    versioned,
  ),

  conformanceCase(
    "versions: a version that is not there is undefined, and removed already",
    async (store) => {
      const { version } = await store.create(asKey("a"), someBytes(10, 1))
      await store.create(asKey("b"), someBytes(10, 1))
      await store.remove(asKey("a"), { version })
      mustEqual(await store.read(asKey("a"), { version }), undefined, "read of a removed version")
      mustEqual(await store.head(asKey("a"), { version }), undefined, "head of a removed version")
      await store.remove(asKey("a"), { version })
    },
    versioned,
  ),

  conformanceCase(
    "versions: pages of any size give every version once, keys ascending",
    async (store) => {
      const keys = ["a", "a.b", "a/b", "a/c", "ab"]
      await put(store, ...keys.toReversed())
      for (const limit of [1, 2, 10]) {
        mustEqual(
          (await allVersions(store, "", limit)).map(({ key }) => key),
          keys,
          `all pages of ${limit}`,
        )
      }
      mustEqual(
        (await allVersions(store, "a/", 1)).map(({ key }) => key),
        ["a/b", "a/c"],
        "those in a/",
      )
    },
    versioned,
  ),

  conformanceCase(
    `versions: whatever ${RACERS} creators at once are told, all see the same oldest version, for ever`,
    async (store) => {
      const key = asKey("races/entry")
      const oldestSeen = await Promise.all(
        Array.from({ length: RACERS }, async (_, racer) => {
          await store.create(key, someBytes(5000 + racer, racer))
          return (await allVersions(store, key, 7)).at(-1)?.version
        }),
      )
      const versions = await allVersions(store, key, 1000)
      const oldest = versions.at(-1)
      must(oldest !== undefined, "one creation at least must be there")
      mustEqual([...new Set(oldestSeen)], [oldest.version], "the oldest versions seen")
      for (const { version } of versions.slice(0, -1)) await store.remove(key, { version })
      mustEqual(
        (await allVersions(store, key, 1000)).map(({ version }) => version),
        [oldest.version],
        "what is left",
      )
    },
    versioned,
  ),
]

async function allVersions(store: RepoStore, prefix: string, limit: number): Promise<ObjectVersion[]> {
  const versions: ObjectVersion[] = []
  for (let after: { key: string; version?: string } | undefined; ;) {
    const page = await store.listVersions(prefix, { limit, ...(after && { after }) })
    must(page.versions.length <= limit, `a page of ${limit} versions holds ${page.versions.length}`)
    versions.push(...page.versions)
    if (page.next === undefined) return versions
    after = page.next
  }
}
