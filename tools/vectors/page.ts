import { fill, join, u8, varint } from "./byte-parts.ts"
import {
  dataRun,
  innerPage,
  leafPage,
  packRecord,
  pageHead,
  pointer,
  slotRef,
  tableLeaf,
  zeroRun,
} from "./page-parts.ts"
import { vectorList } from "./vector-list.ts"

const id = (byte: number) => fill(32, byte)
const leaf = vectorList("leaf-page", { index: 0 })
const one = { end: 1, runs: [dataRun(1, 0, 0)], ids: [id(1)] }
leaf.ok("one_block", "The first block of a leaf", leafPage(one))
leaf.ok(
  "runs",
  "Zeros, neighbours in a slot, a block of another slot",
  leafPage({
    refs: [slotRef(3, 0, 24, 1000), slotRef(300, 65_534, 2 ** 25, 2 ** 20)],
    end: 8,
    runs: [zeroRun(2), dataRun(4, 0, 3), zeroRun(1), dataRun(1, 1, 255)],
    ids: [1, 2, 3, 4, 5].map(id),
  }),
)
leaf.ok(
  "full",
  "128 blocks of one slot each",
  leafPage({
    refs: Array.from({ length: 128 }, (_, at) => slotRef(0, at, 24 + at * 100, 100)),
    end: 128,
    runs: Array.from({ length: 128 }, (_, at) => dataRun(1, at, 0)),
    ids: Array.from({ length: 128 }, (_, at) => id(at + 1)),
  }),
)
leaf.ok(
  "one_run",
  "128 neighbours",
  leafPage({ end: 128, runs: [dataRun(128, 0, 0)], ids: Array.from({ length: 128 }, (_, at) => id(at + 1)) }),
)
leaf.ok("index", "A leaf far away", leafPage({ ...one, head: { index: 2 ** 36 } }), { context: { index: 2 ** 36 } })
leaf.ok(
  "features_compatible",
  "Unknown compatible and read-only-compatible features",
  leafPage({ ...one, head: { features: [0xff, 0xff, 0] } }),
)
leaf.bad("Truncated", "head_cut", "One byte short of a page's head", pageHead({ type: 1 }).subarray(0, 13))
leaf.bad("Truncated", "cut", "An id that is one byte short", leafPage(one).subarray(0, -1))
leaf.bad("TrailingBytes", "trailing", "A byte too many", join(leafPage(one), u8(0)))
leaf.bad("BadMagic", "type", "An inner page where a leaf should be", leafPage({ ...one, head: { type: 2 } }))
leaf.bad("Inconsistent", "level", "A level that is not 0", leafPage({ ...one, head: { level: 1 } }))
leaf.bad("Inconsistent", "other_index", "The leaf of another place", leafPage({ ...one, head: { index: 1 } }))
leaf.bad(
  "NeedsNewer",
  "features_incompatible",
  "An unknown incompatible feature",
  leafPage({ ...one, head: { features: [0, 0, 1] } }),
)
leaf.bad("BadValue", "reserved", "A reserved byte is set", leafPage({ ...one, head: { reserved: 1 } }))
leaf.bad("BadValue", "reserved_2", "A later reserved byte is set", leafPage({ ...one, head: { reserved2: 0x0100 } }))
leaf.bad(
  "BadValue",
  "no_slots",
  "No slots at all: such a leaf is absent",
  leafPage({ end: 0, refs: [], runs: [], ids: [] }),
)
leaf.bad(
  "BadValue",
  "no_data",
  "A slot that no block uses, and no data: such a leaf is absent",
  leafPage({ end: 4, runs: [zeroRun(4)], ids: [] }),
)
leaf.bad("BadValue", "slots_129", "More slots than blocks", leafPage({ ...one, refCount: 129 }))
leaf.bad("BadValue", "slot_number", "Slot 65535", leafPage({ ...one, refs: [slotRef(0, 65_535, 24, 100)] }))
leaf.bad(
  "BadValue",
  "slot_outside",
  "A slot behind the end of any pack",
  leafPage({ ...one, refs: [slotRef(0, 0, 640 * 2 ** 20, 1)] }),
)
leaf.bad("BadValue", "end", "129 blocks", leafPage({ ...one, end: 129 }))
leaf.bad(
  "BadValue",
  "run_past_end",
  "A run that ends behind the blocks described",
  leafPage({ ...one, runs: [dataRun(2, 0, 0)] }),
)
leaf.bad(
  "BadValue",
  "zero_run_past_end",
  "A run of zeros that ends behind the blocks described",
  leafPage({ ...one, runs: [zeroRun(2)] }),
)
leaf.bad("BadValue", "run_slot", "A run in a slot that is not named", leafPage({ ...one, runs: [dataRun(1, 1, 0)] }))
leaf.bad("BadValue", "run_place", "Place 256", leafPage({ end: 2, runs: [dataRun(2, 0, 255)], ids: [id(1), id(2)] }))
leaf.bad("BadValue", "zero_id", "A stored block with the id of zeros", leafPage({ ...one, ids: [id(0)] }))
leaf.bad(
  "BadValue",
  "varint_long",
  "A varint in more bytes than it needs",
  leafPage({ ...one, refs: [join(u8(0x83, 0x00), varint(0), varint(24), varint(1000))] }),
)
leaf.bad(
  "BadValue",
  "varint_large",
  "A varint of 2^53",
  leafPage({
    ...one,
    refs: [join(u8(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10), varint(0), varint(24), varint(1000))],
  }),
)
leaf.bad("BadValue", "varint_endless", "A varint without an end", leafPage({ ...one, refs: [fill(12, 0xff)] }))

const inner = vectorList("inner-page", { pageType: "mapInner", level: 1, index: 0 })
const head = { type: 2, level: 1 }
inner.ok("one_child", "The last child only", innerPage(head, [[63, pointer(4, 24, 900)]]))
inner.ok(
  "all_children",
  "64 children",
  innerPage(
    head,
    Array.from({ length: 64 }, (_, at) => [at, pointer(at * 5, 24 + at * 1000, 900, id(at))] as const),
  ),
)
inner.ok(
  "of_pack_table",
  "An inner page of the pack table",
  innerPage({ type: 4, level: 2 }, [[0, pointer(4, 24, 900)]]),
  { context: { pageType: "tableInner", level: 2 } },
)
inner.bad("BadValue", "no_children", "No children: such a page is absent", innerPage(head, []))
inner.bad(
  "BadMagic",
  "of_other_tree",
  "A page of the pack table in the block map",
  innerPage({ type: 4, level: 1 }, [[0, pointer(4, 24, 900)]]),
)
inner.bad(
  "Inconsistent",
  "level",
  "A page of another level",
  innerPage({ type: 2, level: 2 }, [[0, pointer(4, 24, 900)]]),
)
inner.bad(
  "Truncated",
  "cut",
  "A digest that is one byte short",
  innerPage(head, [[0, pointer(4, 24, 900)]]).subarray(0, -1),
)
inner.bad(
  "TrailingBytes",
  "trailing",
  "A pointer more than bits",
  join(innerPage(head, [[0, pointer(4, 24, 900)]]), pointer(4, 24, 900)),
)
inner.bad(
  "BadValue",
  "pointer_outside",
  "A page behind the end of any pack",
  innerPage(head, [[0, pointer(4, 640 * 2 ** 20, 1)]]),
)
inner.bad(
  "NeedsNewer",
  "features_incompatible",
  "An unknown incompatible feature",
  innerPage({ ...head, features: [0, 0, 2] }, [[0, pointer(4, 24, 900)]]),
)

const table = vectorList("table-leaf", { index: 0 })
table.ok(
  "one_pack",
  "A pack that is used in part",
  tableLeaf(1, [
    packRecord({
      live: [
        [0, 5],
        [3, 2],
      ],
    }),
  ]),
)
table.ok(
  "two_packs",
  "The first and the last of 32, with a hint, a lock and blocks used often",
  tableLeaf(0x80000001, [
    packRecord(),
    packRecord({
      number: 70_000,
      hint: fill(32, 0x4e),
      lockedUntilMs: 1_900_000_000_000,
      live: [
        [4, 16],
        [100, 1],
      ],
      extra: [
        [4, 1],
        [15, 2 ** 40],
        [101, 7],
      ],
    }),
  ]),
)
table.ok("end", "The last position there is", tableLeaf(1, [packRecord({ live: [[2 ** 21 - 1, 1]] })]))
const most = { features: [0, 0, 1] } as const
table.ok("most_used", "A pack of which more was used once", tableLeaf(1, [packRecord({ mostUsed: 500 })], most))
table.bad(
  "BadValue",
  "most_used_less",
  "Fewer positions at most than now",
  tableLeaf(1, [packRecord({ mostUsed: 15 })], most),
)
table.bad(
  "BadValue",
  "most_used_outside",
  "More positions than a pack has",
  tableLeaf(1, [packRecord({ mostUsed: 2 ** 21 + 1 })], most),
)
table.bad(
  "Truncated",
  "most_used_missing",
  "A leaf with the feature, a record without",
  tableLeaf(1, [packRecord()], most),
)
table.bad("NeedsNewer", "feature", "A feature of tomorrow", tableLeaf(1, [packRecord()], { features: [0, 0, 2] }))
table.bad("BadValue", "no_packs", "No packs: such a leaf is absent", tableLeaf(0, []))
table.bad("Truncated", "cut", "One byte short", tableLeaf(1, [packRecord()]).subarray(0, -1))
table.bad("TrailingBytes", "trailing", "A record more than bits", tableLeaf(1, [packRecord(), packRecord()]))
table.bad(
  "TooLarge",
  "stored_bytes",
  "A pack larger than any",
  tableLeaf(1, [packRecord({ storedBytes: 640 * 2 ** 20 + 1 })]),
)
table.bad(
  "BadValue",
  "no_live",
  "A pack of which nothing is used: such a record is absent",
  tableLeaf(1, [packRecord({ live: [] })]),
)
table.bad("BadValue", "run_empty", "A run of no positions", tableLeaf(1, [packRecord({ live: [[0, 0]] })]))
table.bad(
  "BadValue",
  "run_outside",
  "A position that no pack has",
  tableLeaf(1, [packRecord({ live: [[2 ** 21, 1]] })]),
)
table.bad(
  "Truncated",
  "run_count",
  "A count of runs that cannot stand in the bytes left",
  tableLeaf(1, [packRecord({ liveCount: 2 ** 40 })]),
)
table.bad("BadValue", "extra_zero", "No more uses than one", tableLeaf(1, [packRecord({ extra: [[3, 0]] })]))
table.bad(
  "BadValue",
  "extra_twice",
  "One position twice",
  tableLeaf(1, [
    packRecord({
      extra: [
        [3, 1],
        [0, 1],
      ],
    }),
  ]),
)
table.bad(
  "BadValue",
  "extra_dead",
  "More uses of a position that is not used",
  tableLeaf(1, [packRecord({ extra: [[16, 1]] })]),
)
table.bad("BadMagic", "type", "A leaf of the block map", leafPage(one))

export const pageVectors = [...leaf.vectors, ...inner.vectors, ...table.vectors]
