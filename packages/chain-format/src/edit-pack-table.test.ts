import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { contentHash } from "./content-hash.ts"
import { editPackTable, type NewPack } from "./edit-pack-table.ts"
import type { SessionId } from "./ids.ts"
import { INNER_CHILDREN } from "./limits.ts"
import { PackTable, tableHeight, type TableTree } from "./pack-table.ts"
import { MAX_POSITION } from "./pack-table-page.ts"
import { PackUses } from "./pack-uses.ts"
import type { PagePointer } from "./page.ts"
import { pageReader } from "./page-reader.ts"
import { sha256 } from "./testing/clear-suite.ts"
import { memoryPages, nameOf } from "./testing/memory-pages.ts"

const hash = contentHash(sha256)

function newPack(pack: number): NewPack {
  const session = (pack % 3).toString().repeat(32) as SessionId
  const hint = new Uint8Array(pack % 300 > 255 ? 255 : pack % 300).fill(pack)
  return { session, number: pack * 3, hint, storedBytes: 2 ** 20 + pack, lockedUntilMs: pack * 2 ** 30 }
}

function emptyTable() {
  const store = memoryPages()
  const pages = pageReader(store, { hash, sha256 })
  let tree: TableTree = { nextPack: 0, root: undefined }
  return {
    store,
    get tree() {
      return tree
    },
    async edit(changes: ReadonlyMap<number, ReadonlyMap<number, number>>, nextPack: number): Promise<void> {
      const created = [...changes.keys()].filter((pack) => pack >= tree.nextPack)
      const newPacks = new Map(created.map((pack) => [pack, newPack(pack)]))
      tree = await editPackTable(tree, { pages, sink: store, sha256, changes, newPacks, nextPack })
    },
    async uses(): Promise<Map<number, Map<number, number>>> {
      const found = new Map<number, Map<number, number>>()
      const table = new PackTable(tree, pages)
      let last = -1
      for await (const { pack, record } of table.records()) {
        expect(pack).toBeGreaterThan(last)
        last = pack
        expect(record).toMatchObject(newPack(pack))
        expect(await table.record(pack)).toEqual(record)
        const uses = new Map<number, number>()
        for (const run of record.live) for (let at = run.first; at < run.first + run.count; at++) uses.set(at, 1)
        for (const { position, uses: more } of record.extra)
          uses.set(position, (uses.get(position) ?? Number.NaN) + more)
        found.set(pack, uses)
      }
      return found
    },
    async reachable(): Promise<string[]> {
      const names: string[] = []
      const walk = async (page: PagePointer, level: number, index: number): Promise<void> => {
        names.push(nameOf(page))
        if (level === 0) return
        const { children } = await pages.inner("tableInner", page, level, index)
        for (const [at, child] of children.entries())
          if (child !== undefined) await walk(child, level - 1, index * INNER_CHILDREN + at)
      }
      if (tree.root !== undefined) await walk(tree.root, tableHeight(tree.nextPack), 0)
      return names
    },
  }
}

/** How many packs there are from then on, and what is done to which of them. */
const edit = fc.record({
  more: fc.oneof(fc.nat(3), fc.constantFrom(0, 31, 32, 33, 2016, 2048, 4000)),
  uses: fc.array(
    fc.tuple(
      fc.nat(1_000_000),
      fc.oneof({ weight: 200, arbitrary: fc.nat(40) }, { weight: 1, arbitrary: fc.constant(MAX_POSITION - 1) }),
    ),
    {
      maxLength: 30,
    },
  ),
  drops: fc.array(fc.nat(1_000_000), { maxLength: 30 }),
  /** Some packs lose all they have. */
  dead: fc.array(fc.nat(1_000_000), { maxLength: 3 }),
})

describe("a pack table", () => {
  test("counts uses as the model does, edit by edit, and holds no page that it does not reach", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 6 }), async (edits) => {
        const table = emptyTable()
        const model = new Map<number, Map<number, number>>()
        for (const { more, uses, drops, dead } of edits) {
          const known = table.tree.nextPack
          const nextPack = known + more
          const changes = new Map<number, Map<number, number>>()
          const change = (pack: number, position: number, by: number) => {
            const ofPack = changes.get(pack) ?? new Map<number, number>()
            changes.set(pack, ofPack.set(position, (ofPack.get(position) ?? 0) + by))
          }
          const living = [...model.keys()]
          for (const index of dead) {
            const pack = living[index % Math.max(1, living.length)]
            if (pack === undefined || changes.has(pack)) continue
            for (const [position, count] of model.get(pack) ?? []) change(pack, position, -count)
          }
          for (const index of drops) {
            const pack = living[index % Math.max(1, living.length)]
            const position = [...(model.get(pack ?? -1)?.keys() ?? [])][0]
            if (pack !== undefined && position !== undefined && !changes.has(pack)) change(pack, position, -1)
          }
          const usable = [...living, ...Array.from({ length: more }, (_, at) => known + at)]
          for (const [index, position] of uses) {
            const pack = usable[index % Math.max(1, usable.length)]
            if (pack !== undefined) change(pack, position, 1)
          }
          await table.edit(changes, nextPack)
          for (const [pack, ofPack] of changes) {
            const sums = model.get(pack) ?? new Map<number, number>()
            for (const [position, by] of ofPack) {
              const sum = (sums.get(position) ?? 0) + by
              if (sum === 0) sums.delete(position)
              else sums.set(position, sum)
            }
            if (sums.size > 0) model.set(pack, sums)
            else model.delete(pack)
          }
          expect(await table.uses()).toEqual(model)
          expect([...table.store.live.keys()].toSorted()).toEqual((await table.reachable()).toSorted())
        }
      }),
      { numRuns: 60, seed: 9 },
    )
  })

  test("is edited where its packs are: other pages stay", async () => {
    const table = emptyTable()
    const all = new Map(Array.from({ length: 3000 }, (_, pack) => [pack, new Map([[pack % 50, 1]])]))
    await table.edit(all, 3000)
    const before = table.store.written
    await table.edit(new Map([[1234, new Map([[1, 1]])]]), 3001)
    expect(table.store.written - before).toBe(3)
  })

  test.each([33, 2049, 5000])("grows higher without a change in it: to %d packs", async (nextPack) => {
    const table = emptyTable()
    await table.edit(new Map([[0, new Map([[4, 2]])]]), 1)
    await table.edit(new Map(), nextPack)
    expect(await table.uses()).toEqual(new Map([[0, new Map([[4, 2]])]]))
    await table.edit(new Map([[nextPack, new Map([[1, 1]])]]), nextPack + 1)
    expect((await table.uses()).size).toBe(2)
    expect([...table.store.live.keys()].toSorted()).toEqual((await table.reachable()).toSorted())
  })

  test("counts uses beyond 32 bits", async () => {
    const table = emptyTable()
    await table.edit(new Map([[0, new Map([[4, 2 ** 40]])]]), 1)
    await table.edit(new Map([[0, new Map([[4, 1]])]]), 1)
    expect((await table.uses()).get(0)?.get(4)).toBe(2 ** 40 + 1)
  })

  test.each([
    { name: "a use that goes and was not there", change: [0, new Map([[3, -1]])], nextPack: 2, code: "Inconsistent" },
    { name: "a pack that nobody introduced", change: [1, new Map([[3, 1]])], nextPack: 2, code: "Inconsistent" },
    { name: "a pack past the next one's number", change: [9, new Map([[3, 1]])], nextPack: 2, code: "Inconsistent" },
    { name: "a position no pack has", change: [0, new Map([[MAX_POSITION, 1]])], nextPack: 2, code: "TooLarge" },
    { name: "fewer packs than before", change: [0, new Map([[1, 1]])], nextPack: 1, code: "Inconsistent" },
  ] as const)("refuses $name", async ({ change, nextPack, code }) => {
    const table = emptyTable()
    await table.edit(new Map([[0, new Map([[1, 1]])]]), 2)
    await expect(table.edit(new Map([change]), nextPack)).rejects.toMatchObject({ code })
  })
})

describe("uses that come and go", () => {
  test("cancel each other out, and are known by pack and position", () => {
    const uses = new PackUses(64 << 10)
    uses.add(5, 2, 3)
    uses.add(5, 2, 3)
    uses.drop(5, 2, 3)
    uses.add(6, 0, 15)
    uses.drop(6, 0, 15)
    expect(uses.size).toBe(1)
    expect(uses.take().get(5)).toEqual(new Map([[2 * 16 + 3, 1]]))
    expect(uses.size).toBe(0)
    expect(uses.take().size).toBe(0)
  })

  test("refuse a place that no slot has", () => {
    expect(() => new PackUses(64 << 10).add(0, 0, 16)).toThrow(expect.objectContaining({ code: "BadValue" }))
    expect(() => new PackUses(4 << 20).add(0, 0, 1)).toThrow(expect.objectContaining({ code: "BadValue" }))
  })
})
