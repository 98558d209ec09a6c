import { FormatError } from "./format-error.ts"
import { encodeInnerPage } from "./inner-page.ts"
import { INNER_CHILDREN, TABLE_LEAF_PACKS } from "./limits.ts"
import { tableHeight, type TableTree } from "./pack-table.ts"
import { encodeTableLeaf, MAX_POSITION, type PackRecord, usedPositions } from "./pack-table-page.ts"
import type { UseChanges } from "./pack-uses.ts"
import type { PagePointer } from "./page.ts"
import type { PageReader } from "./page-reader.ts"
import type { PageSink } from "./page-sink.ts"
import type { Sha256 } from "./seal-suite.ts"

/** A data pack that the table has no record of yet. */
export type NewPack = Pick<PackRecord, "session" | "number" | "hint" | "storedBytes" | "lockedUntilMs">

export interface EditPackTableOptions {
  readonly pages: PageReader
  readonly sink: PageSink
  readonly sha256: Sha256
  /** Uses that came and went, by pack. */
  readonly changes: ReadonlyMap<number, UseChanges>
  /** Packs that the table may not know yet. */
  readonly newPacks: ReadonlyMap<number, NewPack>
  /** Packs that lie elsewhere from now on, slot for slot as before. */
  readonly moved?: ReadonlyMap<number, NewPack>
  /** What `nextPack` is from now on. */
  readonly nextPack: number
}

const noChanges: UseChanges = new Map()

/**
 * A new pack table with the changes in it: only the pages they touch are written. Packs without a live block leave the
 * table; their numbers are not given again.
 * @throws FormatError `Inconsistent` if a use goes that was not there, or a pack is unknown
 */
export async function editPackTable(tree: TableTree, options: EditPackTableOptions): Promise<TableTree> {
  const { pages, sink, sha256, changes, newPacks, moved = new Map<number, NewPack>(), nextPack } = options
  const oldHeight = tableHeight(tree.nextPack)
  const height = tableHeight(nextPack)
  const changed = [...changes.keys()].filter((pack) => (changes.get(pack)?.size ?? 0) > 0)
  const touched = [...new Set([...changed, ...moved.keys()])].sort((a, b) => a - b)
  const last = touched.at(-1)
  if (nextPack < tree.nextPack || (last !== undefined && last >= nextPack))
    throw new FormatError(
      "Inconsistent",
      `pack table from pack ${tree.nextPack} to ${nextPack} with a change in pack ${last}`,
    )
  if (touched.length === 0 && oldHeight === height) return { nextPack, root: tree.root }

  const editLeaf = async (pointer: PagePointer | undefined, index: number, packs: readonly number[]) => {
    const old = pointer === undefined ? undefined : await pages.tableLeaf(pointer, index)
    const records = Array.from({ length: TABLE_LEAF_PACKS }, (_, at) => old?.packs[at])
    for (const pack of packs) {
      const at = pack % TABLE_LEAF_PACKS
      records[at] = changeRecord(
        pack,
        records[at],
        moved.get(pack) ?? newPacks.get(pack),
        changes.get(pack) ?? noChanges,
        moved.has(pack),
      )
    }
    if (pointer !== undefined) sink.drop(pointer)
    if (records.every((record) => record === undefined)) return undefined
    const page = encodeTableLeaf(index, { packs: records })
    return sink.write({ type: "tableLeaf", level: 0, disk: 0, index }, page, sha256(page))
  }

  const edit = async (
    pointer: PagePointer | undefined,
    level: number,
    index: number,
    packs: readonly number[],
  ): Promise<PagePointer | undefined> => {
    // The old top hangs below the new one when the table grew: there is no page above it yet.
    const above = level > oldHeight && index === 0
    if (packs.length === 0 && !above) return pointer
    if (level === 0) return editLeaf(pointer, index, packs)
    const old = pointer === undefined || above ? undefined : await pages.inner("tableInner", pointer, level, index)
    const children: (PagePointer | undefined)[] = []
    const span = TABLE_LEAF_PACKS * INNER_CHILDREN ** (level - 1)
    for (let at = 0; at < INNER_CHILDREN; at++) {
      const child = index * INNER_CHILDREN + at
      const below = packs.filter((pack) => Math.floor(pack / span) === child)
      const known = above ? (at === 0 ? tree.root : undefined) : old?.children[at]
      children.push(await edit(known, level - 1, child, below))
    }
    if (pointer !== undefined && !above) sink.drop(pointer)
    if (children.every((child) => child === undefined)) return undefined
    const page = encodeInnerPage("tableInner", level, index, { children })
    return sink.write({ type: "tableInner", level, disk: 0, index }, page, sha256(page))
  }
  return { nextPack, root: await edit(tree.root, height, 0, touched) }
}

function changeRecord(
  pack: number,
  old: PackRecord | undefined,
  created: NewPack | undefined,
  changes: UseChanges,
  isMoved: boolean,
): PackRecord | undefined {
  const facts = isMoved && old !== undefined ? created : (old ?? created)
  if (facts === undefined) throw new FormatError("Inconsistent", `pack ${pack} is in use but not in the pack table`)
  const runs = old?.live ?? []
  const lastRun = runs.at(-1)
  let end = lastRun === undefined ? 0 : lastRun.first + lastRun.count
  for (const position of changes.keys()) end = Math.max(end, position + 1)
  if (end > MAX_POSITION)
    throw new FormatError("TooLarge", `position ${end - 1} in pack ${pack}, at most ${MAX_POSITION - 1}`)
  const uses = new Float64Array(end)
  for (const run of runs) uses.fill(1, run.first, run.first + run.count)
  for (const { position, uses: more } of old?.extra ?? []) uses[position] = (uses[position] ?? 0) + more
  for (const [position, change] of changes) {
    const sum = (uses[position] ?? 0) + change
    if (sum < 0)
      throw new FormatError("Inconsistent", `position ${position} of pack ${pack} would be used ${sum} times`)
    uses[position] = sum
  }
  const live: { first: number; count: number }[] = []
  const extra: { position: number; uses: number }[] = []
  for (let position = 0; position < end; position++) {
    const count = uses[position] as number
    if (count === 0) continue
    const run = live.at(-1)
    if (run !== undefined && run.first + run.count === position) run.count++
    else live.push({ first: position, count: 1 })
    if (count > 1) extra.push({ position, uses: count - 1 })
  }
  if (live.length === 0) return undefined
  const { session, number, hint, storedBytes, lockedUntilMs } = facts
  const mostUsed = Math.max(old?.mostUsed ?? 0, usedPositions(live))
  return { session, number, hint, storedBytes, lockedUntilMs, live, extra, mostUsed }
}
