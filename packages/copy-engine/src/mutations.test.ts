import { decodeSmallObject, isFormatError } from "@bcopy/chain-format"
import { beforeAll, describe, expect, test } from "vitest"
import { isEngineError } from "./engine-error.ts"
import { observe } from "./testing/aftermath.ts"
import { everyCase } from "./testing/every-case.ts"
import { harmless, type Row, rowsOf } from "./testing/expected-aftermath.ts"
import {
  type MutatedRepository,
  mutatedRepository,
  type ObjectName,
  objectNames,
} from "./testing/mutated-repository.ts"
import { flip, type Mutation, mutations, newerVersions } from "./testing/mutations.ts"
import { type Region, slotRegions } from "./testing/slot-regions.ts"
import type { WorldOptions } from "./testing/world.ts"
import { verify } from "./verify.ts"

/** What nobody reads again is not compared with the versions over it either; a marker is seen in every listing. */
const unread: readonly ObjectName[] = ["the opening entry", "the fence", "a pin"]

interface Flavour {
  readonly store: string
  readonly options: WorldOptions
  readonly ways: readonly Mutation[]
  readonly of: readonly ObjectName[]
}

const flavours: readonly Flavour[] = [
  { store: "a store without versions", options: {}, ways: mutations, of: objectNames },
  { store: "a store with versions", options: { versioning: "on" }, ways: newerVersions, of: objectNames },
  {
    store: "a store with versions and no atomic create",
    options: { versioning: "on", createIfAbsent: "hint" },
    ways: newerVersions,
    of: ["the job's settings", "the newest point's entry", "the newest map pack", "the dead session's beat"],
  },
]

/** Of two overlays of a version, or of two objects, one is tried unless every case is. */
const isTried = (name: ObjectName, way: Mutation) =>
  everyCase || !newerVersions.includes(way) || (objectNames.indexOf(name) + newerVersions.indexOf(way)) % 2 === 0

/** What is tried in the clear too, unless `BCOPY_TEST_SUITE=clear` asks for everything. */
const shortly = [
  "flip: middle",
  "truncate: by one byte",
  "swap: another of its kind",
  "delete",
  "overlay: a forgery",
  "hide",
]
const suites = ["sealed", "clear"] as const
const isShort = (suite: (typeof suites)[number]) => suite === "clear" && process.env["BCOPY_TEST_SUITE"] !== "clear"

describe.for(suites)("%s", (suite) => {
  const encrypted = suite === "sealed"
  let foreign: MutatedRepository
  beforeAll(async () => {
    foreign = await mutatedRepository({ id: "foreign", encrypted })
  })

  for (const { store, options, ways, of } of isShort(suite) ? flavours.slice(0, 2) : flavours) {
    let mutated: MutatedRepository
    const tried = isShort(suite) ? ways.filter((way) => shortly.includes(way.name)) : ways
    for (const name of of)
      for (const mutation of tried.filter((way) => way.except?.(name) !== true && isTried(name, way)))
        test(`in ${store} ${name} after ${mutation.name}: told rightly, or harmless, and no wrong byte`, async () => {
          mutated ??= await mutatedRepository({ ...options, encrypted })
          const { world, objects, whole } = mutated
          const object = objects[name]
          world.store.restore(whole)
          world.events.length = 0
          const other = (await foreign.world.store.read(foreign.objects[name].key))?.bytes as Uint8Array
          await mutation.apply(world.store, object, { foreign: other, suite: mutated.suite })
          const { aftermath, messages } = await observe(mutated, object.workload)
          const told = world.events.filter(({ type }) => type === "tampering")
          if (ways === mutations) {
            const rows = rowsOf(name, suite)
            const row = rows.find(({ by }) => by?.some((one) => mutation.name.startsWith(one)) ?? true) as Row
            expect(aftermath, row.because).toEqual(row.aftermath)
            expect(told).toEqual([])
            for (const message of messages) expect(message).toMatch(row.called ?? object.called)
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
    flipping = await mutatedRepository({ encrypted })
  })

  async function bytesOf(name: ObjectName): Promise<Uint8Array> {
    const { world, whole, objects } = flipping
    world.store.restore(whole)
    return (await world.store.read(objects[name].key))?.bytes as Uint8Array
  }

  test("a bit flipped in any byte of the birth certificate is refused", async () => {
    const bytes = await bytesOf("the birth certificate")
    const { world, objects } = flipping
    const answers = new Set<unknown>()
    for (let at = 0; at < bytes.length; at++) {
      world.store.tamper(objects["the birth certificate"].key, () => flip(bytes, at, at % 7))
      answers.add(await world.open().catch((error: unknown) => (isEngineError(error) ? error.code : error)))
    }
    // What says which keys are right is itself changed: then none is.
    expect(answers).toEqual(new Set(encrypted ? ["Damaged", "NeedsNewer", "WrongKey"] : ["Damaged"]))
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
      const answers = new Set<unknown>()
      for (let at = 0; at < bytes.length; at++)
        try {
          open(flip(bytes, at, at % 8))
          answers.add(`opens with byte ${at} flipped`)
        } catch (error) {
          answers.add(isFormatError(error) ? error.code : error)
        }
      const refusals = ["Truncated", "TrailingBytes", "BadMagic", "BadValue", "TooLarge", "Unopenable", "Inconsistent"]
      expect([...answers].filter((answer) => !refusals.includes(answer as string))).toEqual([])
    })

  for (const name of isShort(suite) ? [] : (["a shared data pack", "the newest map pack"] as const))
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
})

/** Flips a region all through, or a sample of it: the same bytes every time. */
function placesIn({ part, at, bytes }: Region): readonly number[] {
  const step = part === "header" || part === "slot header" || part === "trailer" ? 1 : Math.ceil(bytes / 6)
  return Array.from({ length: Math.ceil(bytes / step) }, (_, place) => at + place * step)
}
