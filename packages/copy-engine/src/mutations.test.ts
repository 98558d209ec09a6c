import { decodeSmallObject, isFormatError } from "@bcopy/chain-format"
import { beforeAll, expect, test } from "vitest"
import { isEngineError } from "./engine-error.ts"
import { type Aftermath, observe } from "./testing/aftermath.ts"
import {
  type MutatedRepository,
  mutatedRepository,
  type ObjectName,
  objectNames,
} from "./testing/mutated-repository.ts"
import { flip, mutations, newerVersions } from "./testing/mutations.ts"
import { type Region, slotRegions } from "./testing/slot-regions.ts"
import { verify } from "./verify.ts"

/** Nothing is lost, nobody is told anything, and the workload goes on. */
const harmless: Aftermath = { restore: [], points: [], verify: [], copy: ["4 copied"], backUp: "increment" }
/** The repository does not open. */
const closed: Aftermath = { restore: [], points: [], verify: [], copy: [], backUp: "", open: "Damaged" }

/** An entry of web01's log is broken: points behind it are readable, and verify gives it up. */
function broken(entry: number): Aftermath {
  const copy = ["4 copied", "list: Damaged"]
  return {
    ...harmless,
    points: [`entry ${entry} broken`],
    verify: ["-: damaged"],
    copy,
    backUp: "Damaged",
    mended: "increment",
  }
}

const CATALOGUE = 64
const NEWEST = 65

/** What comes of mutations of one object. */
interface Row {
  /** Beginnings of the mutations' names; without them all that no row before took. */
  readonly by?: readonly string[]
  readonly aftermath: Aftermath
  readonly because: string
}

const unnamed: Row = {
  by: ["replay"],
  aftermath: harmless,
  because: "no point names a pack of that number; a session never gives a number twice",
}
const unasked: Row = {
  by: ["flip: version"],
  aftermath: harmless,
  because:
    "no reader needs a pack's header or footer, and merging leaves such a pack alone; who authenticates finds it",
}
const ahead: Row = {
  by: ["replay"],
  aftermath: broken(NEWEST + 1),
  because: "what is sealed for one number opens under no other: it is a broken entry at the head",
}
const repeated: readonly Row[] = [
  ahead,
  {
    aftermath: harmless,
    because: "all later entries up to the next catalogue repeat what it said: nobody reads it again",
  },
]

const expected: Readonly<Record<ObjectName, readonly Row[]>> = {
  "the birth certificate": [
    {
      aftermath: closed,
      because:
        "the settings know its digest, which is asked before anything that it says; without it no id can be computed",
    },
  ],
  "the repository's settings": [
    {
      aftermath: closed,
      because: "nothing names the newest settings but their place; their seal tells damage from what is newer",
    },
  ],
  "the job's settings": [
    {
      aftermath: { ...harmless, verify: ["-: damaged"], copy: ["1 copied", "list: Damaged"] },
      because: "no point depends on them, and the next backup writes them anew; a copy alone must know the job's name",
    },
  ],
  "the opening entry": repeated,
  "the oldest point's entry": [
    ahead,
    {
      aftermath: {
        ...harmless,
        restore: ["first: Damaged"],
        points: ["first: damaged"],
        verify: ["first: damaged"],
        copy: ["1 copied", "web01: Damaged"],
      },
      because: "later entries know its digest; a workload is copied in the order of its chain, up to what fails",
    },
  ],
  "the fence": repeated,
  "a pin": repeated,
  "the catalogue": [
    ahead,
    {
      aftermath: broken(CATALOGUE),
      because: "the entries behind it know its digest, those before it repeat what it said",
    },
  ],
  "the newest point's entry": [
    ahead,
    {
      by: ["delete"],
      aftermath: { ...harmless, restore: ["third: NotFound"], points: ["third: not listed"], copy: ["3 copied"] },
      because: "nothing names the newest entry: docs/design.md, Threat model",
    },
    {
      aftermath: {
        ...broken(NEWEST),
        restore: ["third: Damaged"],
        points: ["third: not listed", `entry ${NEWEST} broken`],
        copy: ["3 copied", "list: Damaged"],
      },
      because: "a number that is taken by what does not open was a point, or may have been",
    },
  ],
  "a shared data pack": [
    unnamed,
    unasked,
    {
      by: ["truncate: by one byte", "truncate: garbage"],
      aftermath: { ...harmless, verify: ["second: damaged", "third: damaged"] },
      because: "its slots are all there, its size is not the one that the pack table knows",
    },
    {
      aftermath: {
        ...harmless,
        restore: ["second: Damaged", "third: Damaged"],
        verify: ["second: damaged", "third: damaged"],
        copy: ["2 copied", "web01: Damaged"],
        backUp: "increment, next: Damaged",
        mended: "increment",
      },
      because:
        "an increment does not read the blocks that it leaves unchanged: only after verify it builds on what is whole",
    },
  ],
  "an older map pack": [
    unnamed,
    unasked,
    {
      by: ["truncate: by one byte", "truncate: garbage"],
      aftermath: { ...harmless, verify: ["second: damaged"] },
      because: "its pages are all there, its size is not the one that the point knows",
    },
    {
      aftermath: {
        ...harmless,
        restore: ["second: Damaged"],
        verify: ["second: damaged"],
        copy: ["2 copied", "web01: Damaged"],
      },
      because: "its pages are of the second point alone",
    },
  ],
  "the newest map pack": [
    unnamed,
    unasked,
    {
      by: ["truncate: by one byte", "truncate: garbage"],
      aftermath: { ...harmless, verify: ["third: damaged"] },
      because: "its pages are all there, its size is not the one that the point knows",
    },
    {
      aftermath: {
        ...harmless,
        restore: ["third: Damaged"],
        verify: ["third: damaged"],
        copy: ["3 copied", "web01: Damaged"],
        backUp: "Damaged",
        mended: "increment",
      },
      because: "the next point would build on its pages, until verify has marked the point that they are of",
    },
  ],
  "the dead session's beat": [
    {
      aftermath: { ...harmless, backUp: "full" },
      because: "a beat that says nothing loses progress, never data: docs/format.md",
    },
  ],
}

/** What nobody reads again is not compared with the versions over it either; a marker is seen in every listing. */
const unread: readonly ObjectName[] = ["the opening entry", "the fence", "a pin"]

const flavours = [
  { name: "a store without versions", options: {}, ways: mutations, of: objectNames },
  { name: "a store with versions", options: { versioning: "on" }, ways: newerVersions, of: objectNames },
  {
    name: "a store with versions and no atomic create",
    options: { versioning: "on", createIfAbsent: "hint" },
    ways: newerVersions,
    of: ["the job's settings", "the newest point's entry", "the newest map pack", "the dead session's beat"],
  },
] as const

let foreign: MutatedRepository
beforeAll(async () => {
  foreign = await mutatedRepository({ id: "foreign" })
})

for (const { name: store, options, ways, of } of flavours) {
  let mutated: MutatedRepository
  for (const name of of)
    for (const mutation of ways.filter(({ except }) => except?.(name) !== true))
      test(`in ${store} ${name} after ${mutation.name}: told rightly, or harmless, and no wrong byte`, async () => {
        mutated ??= await mutatedRepository(options)
        const { world, objects, whole } = mutated
        const object = objects[name]
        world.store.restore(whole)
        world.events.length = 0
        const other = (await foreign.world.store.read(foreign.objects[name].key))?.bytes as Uint8Array
        await mutation.apply(world.store, object, other)
        const { aftermath, messages } = await observe(mutated, object.workload)
        const told = world.events.filter(({ type }) => type === "tampering")
        if (ways === mutations) {
          const rows = expected[name]
          const row = rows.find(({ by }) => by?.some((beginning) => mutation.name.startsWith(beginning)) ?? true) as Row
          expect(aftermath, row.because).toEqual(row.aftermath)
          expect(told).toEqual([])
          for (const message of messages) expect(message).toMatch(object.called)
        } else {
          const isSeen = mutation.name === "hide" || !unread.includes(name)
          const isNews = isSeen && mutation.name !== "overlay: the same bytes"
          expect(aftermath).toEqual({ ...harmless, backUp: object.workload === "web02" ? "full" : "increment" })
          expect(told.some((event) => event.type === "tampering" && event.tampering.key === object.key)).toBe(isNews)
          expect(messages).toEqual([])
        }
      })
}

let flipping: MutatedRepository
beforeAll(async () => {
  flipping = await mutatedRepository()
})

async function bytesOf(name: ObjectName): Promise<Uint8Array> {
  const { world, whole, objects } = flipping
  world.store.restore(whole)
  return (await world.store.read(objects[name].key))?.bytes as Uint8Array
}

test("a bit flipped in any byte of the birth certificate is told as damage", async () => {
  const bytes = await bytesOf("the birth certificate")
  const { world, objects } = flipping
  for (let at = 0; at < bytes.length; at++) {
    world.store.tamper(objects["the birth certificate"].key, () => flip(bytes, at, at % 7))
    const answer = await world.open().catch((error: unknown) => (isEngineError(error) ? error.code : error))
    expect([at, answer]).toEqual([at, "Damaged"])
  }
})

const smallObjects = objectNames.filter((name) => name !== "the birth certificate" && !name.endsWith("pack"))
for (const name of smallObjects)
  test(`a bit flipped in any byte of ${name} is found by its seal, and taken for no newer version`, async () => {
    const bytes = await bytesOf(name)
    const { view } = await flipping.world.open()
    const { key: objectKey, kind } = flipping.objects[name]
    const open = (found: Uint8Array) =>
      decodeSmallObject(kind as NonNullable<typeof kind>, found, { ...view, objectKey })
    open(bytes)
    for (let at = 0; at < bytes.length; at++) {
      let answer: unknown = "opens"
      try {
        open(flip(bytes, at, at % 8))
      } catch (error) {
        answer = isFormatError(error) ? error.code : error
      }
      expect([
        "Truncated",
        "TrailingBytes",
        "BadMagic",
        "BadValue",
        "TooLarge",
        "Unopenable",
        "Inconsistent",
      ]).toContain(answer)
    }
  })

/** Flips a region all through, or a sample of it: the same bytes every time. */
function placesIn({ part, at, bytes }: Region): readonly number[] {
  const step = part === "header" || part === "slot header" || part === "trailer" ? 1 : Math.ceil(bytes / 6)
  return Array.from({ length: Math.ceil(bytes / step) }, (_, place) => at + place * step)
}

for (const name of ["a shared data pack", "the newest map pack"] as const)
  test(`a bit flipped anywhere in ${name} is damage to whoever authenticates it, in blocks and pages to everybody`, async () => {
    const bytes = await bytesOf(name)
    const { world, objects } = flipping
    const { key } = objects[name]
    const repository = await world.open()
    const find = async (readData: "authenticate" | "hash") => {
      const report = await verify(repository, { job: "nightly", all: true, readData, dryRun: true, movers: 0 })
      expect(report.unknown).toEqual([])
      return report.damaged.length > 0
    }
    const regions = slotRegions(bytes)
    const footer = regions.findLast(({ part }) => part === "slot header")?.at as number
    for (const region of regions)
      for (const at of placesIn(region)) {
        world.store.tamper(key, () => flip(bytes, at, at % 8))
        expect([at, await find("authenticate")]).toEqual([at, true])
        const isRead = region.part !== "header" && at < footer
        expect([at, await find("hash")]).toEqual([at, isRead])
      }
  })
