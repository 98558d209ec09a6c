import { repositorySource } from "@bcopy/source-repository"
import { beforeAll, describe, expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { copy } from "./copy.ts"
import { listPoints } from "./list-points.ts"
import type { Repository } from "./repository.ts"
import { rotateKeys } from "./rotate-keys.ts"
import { contentRoot } from "./testing/content-root.ts"
import { disksNow } from "./testing/memory-source.ts"
import { changed, noise } from "./testing/noise.ts"
import { differing, restoreBytes } from "./testing/restore-bytes.ts"
import { slotBodies } from "./testing/slot-bodies.ts"
import { testKey } from "./testing/test-keys.ts"
import { ringOf } from "./testing/twin-repository.ts"
import { makeWorld, type World } from "./testing/world.ts"
import { verify } from "./verify.ts"

const MIB = 1 << 20
const BLOCK = 64 << 10
const task = { job: "nightly", workload: "web01", level: 1, movers: 0 }

/** What compresses by half, with a repetition and a hole; then what has changed of it. */
const first = new Uint8Array(6 * MIB + 77)
first.set(new TextEncoder().encode(Buffer.from(noise(3 * MIB, 1)).toString("hex")))
first.copyWithin(3 * MIB, MIB, 2 * MIB)
first.fill(0, 4 * MIB, 4.5 * MIB)
const second = changed(first, [{ at: 2 * MIB, count: 300_000 }], 2)
const moments = [first, second]

const pairs = [
  { from: false, to: true },
  { from: true, to: false },
  { from: true, to: true },
]
const called = (encrypted: boolean) => (encrypted ? "an encrypted repository" : "one in the clear")

async function primary(encrypted: boolean): Promise<{ world: World; repository: Repository }> {
  const world = makeWorld({ id: "primary", encrypted })
  await world.create()
  for (const [at, sda] of moments.entries()) {
    // The second point is sealed under another epoch.
    if (at === 1 && encrypted) await rotateKeys(await world.open(), { externalKeys: [testKey], dropOthers: true })
    await backUp(await world.open(), { source: disksNow({ sda }), ...task })
  }
  return { world, repository: await world.open() }
}

for (const { from, to } of pairs)
  describe(`from ${called(from)} to ${called(to)}`, () => {
    let origin: { world: World; repository: Repository }
    beforeAll(async () => {
      origin = await primary(from)
    })

    for (const movers of [0, 2])
      test(`a copy by ${movers} movers has the same content roots and bytes, and compresses nothing again`, async () => {
        const world = makeWorld({ id: "target", encrypted: to })
        await world.create()
        const target = await world.open()
        const source = repositorySource({ view: origin.repository.view })
        const { copied, failed } = await copy(target, { source, select: "all", movers })
        expect([copied.map(({ kind }) => kind), failed]).toEqual([["full", "increment"], []])
        expect(copied.map(({ contentRoots }) => contentRoots["sda"])).toEqual(
          moments.map((bytes) => contentRoot(bytes, BLOCK)),
        )
        // Opened as by somebody who has only what the target needs.
        const opened = await world.open()
        expect([opened.keys === undefined, opened.birth.encrypted]).toEqual([!to, to])
        const ids: string[] = []
        for await (const { summary } of listPoints(opened)) ids.push(summary.point)
        for (const [at, point] of ids.entries())
          expect(differing(await restoreBytes(opened, { point, movers }), { sda: moments[at] as Uint8Array })).toEqual(
            [],
          )
        expect(await verify(opened, { all: true, readData: "hash", movers })).toMatchObject({
          points: 2,
          damaged: [],
          unknown: [],
        })
        const kept = await slotBodies({ world, repository: opened })
        const bodies = await slotBodies(origin)
        expect(bodies.length).toBeGreaterThan(5)
        expect(kept.filter((body) => bodies.includes(body)).length).toBeGreaterThan(bodies.length - 3)
        if (from && to) {
          expect(ringOf(opened).epochs.at(-1)?.key.export()).not.toEqual(
            ringOf(origin.repository).epochs.at(-1)?.key.export(),
          )
          const stored = async ({ store }: World) =>
            Promise.all(
              store
                .keys()
                .filter((key) => key.includes("/packs/"))
                .map(async (key) =>
                  Buffer.from((await store.read(key))?.bytes ?? [])
                    .toString("latin1")
                    .slice(60, 90),
                ),
            )
          const here = await stored(origin.world)
          expect((await stored(world)).filter((part) => here.includes(part))).toEqual([])
        }
      })
  })
