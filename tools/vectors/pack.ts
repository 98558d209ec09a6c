import { fill, join, u32, u8 } from "./byte-parts.ts"
import { blocksFooter, kinds, pack, packHeader, pagesFooter, slot, tagOf, trailer } from "./pack-parts.ts"
import { leafPage, dataRun } from "./page-parts.ts"
import { vectorList } from "./vector-list.ts"

const packs = "backups/00112233445566778899aabbccddeeff/packs/0123456789abcdef0123456789abcdef"

const blocks = vectorList("blocks-footer")
blocks.ok(
  "two_slots",
  "Runs of blocks of two disks",
  blocksFooter([
    {
      runs: [
        [0, 3],
        [7, 1],
      ],
    },
    { disk: 1023, runs: [[2 ** 40, 16]] },
  ]),
)
blocks.ok("empty", "A pack without slots", blocksFooter([]))
blocks.ok(
  "adjacent_runs",
  "A run may begin where the last one ended",
  blocksFooter([
    {
      runs: [
        [0, 3],
        [3, 1],
      ],
    },
  ]),
)
blocks.ok(
  "run_descends",
  "Blocks of a slot need not ascend",
  blocksFooter([
    {
      runs: [
        [4, 2],
        [0, 1],
      ],
    },
  ]),
)
blocks.bad("Truncated", "count_cut", "No room for the count", u8(1, 0, 0))
blocks.bad("Truncated", "cut", "One byte short", blocksFooter([{ runs: [[0, 3]] }]).subarray(0, -1))
blocks.bad("Truncated", "count_more", "One record less than counted", blocksFooter([{ runs: [[0, 3]] }], 2))
blocks.bad("TrailingBytes", "trailing", "A byte too many", join(blocksFooter([{ runs: [[0, 3]] }]), u8(0)))
blocks.bad("TooLarge", "count", "More slots than slot numbers", u32(65_535))
blocks.bad("TooLarge", "disk", "Disk 1024", blocksFooter([{ disk: 1024, runs: [[0, 1]] }]))
blocks.bad(
  "TooLarge",
  "runs",
  "129 runs",
  blocksFooter([{ runs: Array.from({ length: 129 }, (_, at) => [at * 2, 1] as const) }]),
)
blocks.bad("BadValue", "run_empty", "A run of no blocks", blocksFooter([{ runs: [[4, 0]] }]))
blocks.bad(
  "BadValue",
  "run_overlaps",
  "A run that begins within the last one",
  blocksFooter([
    {
      runs: [
        [4, 2],
        [5, 1],
      ],
    },
  ]),
)
blocks.bad(
  "BadValue",
  "run_overlaps_later",
  "A run that descends into one before",
  blocksFooter([
    {
      runs: [
        [4, 2],
        [9, 1],
        [3, 2],
      ],
    },
  ]),
)

const pages = vectorList("pages-footer")
pages.ok(
  "four_types",
  "One page of each type",
  pagesFooter([1, 2, 3, 4].map((type) => ({ type, level: type > 2 ? 0 : type, index: 2 ** 41 }))),
)
pages.bad("Truncated", "cut", "One byte short", pagesFooter([{}]).subarray(0, -1))
pages.bad("TrailingBytes", "trailing", "A byte too many", join(pagesFooter([{}]), u8(0)))
pages.bad("BadValue", "type_0", "There is no page type 0", pagesFooter([{ type: 0 }]))
pages.bad("BadValue", "type_5", "A page type that nobody declared", pagesFooter([{ type: 5 }]))
pages.bad("TooLarge", "level", "A level above 6", pagesFooter([{ level: 7 }]))
pages.bad("TooLarge", "disk", "Disk 1024", pagesFooter([{ disk: 1024 }]))

const key = `${packs}/00000001`
const data = vectorList("data-pack", { objectKey: key })
const kind = kinds.dataPack
const first = slot({ kind, key, number: 0, body: fill(64, 0x61) })
const second = slot({ kind, key, number: 1, body: fill(32, 0x62) })
const footer = blocksFooter([
  { tag: tagOf(first), runs: [[0, 2]] },
  { tag: tagOf(second), runs: [[5, 1]] },
])
const good = { kind, key, slots: [first, second], footer }
data.ok("two_slots", "The pack of the worked example", pack(good))
data.ok("no_slots", "Nothing but a footer", pack({ ...good, slots: [], footer: blocksFooter([]) }))
data.bad("Truncated", "no_footer", "Header and trailer only", join(packHeader(), trailer(0)))
data.bad("Truncated", "cut", "An upload that broke off: no trailer at the end", pack(good).subarray(0, -3))
data.bad("Truncated", "trailer_magic", "Another magic at the end", pack({ ...good, magic: "BCPX" }))
data.bad(
  "BadValue",
  "footer_outside",
  "The trailer gives the footer more bytes than there are",
  pack({ ...good, footerBytes: 10_000 }),
)
data.bad(
  "Inconsistent",
  "footer_length",
  "The trailer and the footer's own header disagree",
  pack({ ...good, footerBytes: second.length + 32 + footer.length }),
)
data.bad("Unopenable", "footer_flipped", "One bit of the footer", flipFromEnd(pack(good), 30))
data.bad(
  "Unopenable",
  "header_flipped",
  "A compatible feature bit of the header: the footer authenticates it",
  flip(pack(good), 8),
)
data.bad(
  "Unopenable",
  "version_flipped",
  "A later version in the header, which the footer disowns",
  pack(good).with(4, 3),
)
data.bad(
  "Inconsistent",
  "footer_codec",
  "A footer of an unknown codec that is not as long as the trailer says",
  pack({ ...good, footerSlot: { codec: 2, storedBytes: footer.length + 17 } }),
)
data.bad("Unopenable", "slot_flipped", "One bit of a slot's body", flip(pack(good), 45))
data.bad(
  "Unopenable",
  "suite",
  "Sealed by a suite that is not the repository's",
  pack({ ...good, header: { suite: 1 } }),
)
data.bad(
  "BadValue",
  "suite_header",
  "The clear suite has no header of its own",
  pack({ ...good, header: { suiteHeader: u8(0) } }),
)
data.bad(
  "BadMagic",
  "map_pack",
  "A map pack where a data pack should be",
  pack({ ...good, kind: kinds.mapPack, slots: [], footer: pagesFooter([]) }),
)
data.bad(
  "Inconsistent",
  "footer_number",
  "A footer that describes fewer slots than stand before it",
  pack({ ...good, footer: blocksFooter([{ tag: tagOf(first), runs: [[0, 2]] }]) }),
)
data.bad("Inconsistent", "slots_swapped", "Slots in another order", pack({ ...good, slots: [second, first] }))
data.bad(
  "Inconsistent",
  "slot_gap",
  "Bytes between the last slot and the footer",
  pack({ ...good, slots: [first, join(second, fill(4, 0))] }),
)
data.bad(
  "Inconsistent",
  "slot_over_footer",
  "A slot that reaches into the footer",
  pack({
    ...good,
    slots: [first, slot({ kind, key, number: 1, body: fill(32, 0x62), plainBytes: 100, storedBytes: 100 })],
  }),
)
data.bad(
  "Truncated",
  "slot_missing",
  "The footer stands where a slot should",
  pack({ ...good, slots: [first, second.subarray(0, 8)] }),
)
data.bad(
  "Inconsistent",
  "slot_replaced",
  "A slot sealed for its place, but not the one that the footer names",
  pack({ ...good, slots: [first, slot({ kind, key, number: 1, body: fill(32, 0x63) })] }),
)
data.bad("Inconsistent", "footer_not_last", "A footer without the last bit", join(...lastBitOff()))

function lastBitOff(): readonly Uint8Array[] {
  const plain = slot({ kind, key, number: 2, body: footer })
  return [packHeader({ kind }), first, second, plain, trailer(plain.length)]
}

const mapKey = `${packs}/00000002`
const map = vectorList("map-pack", { objectKey: mapKey })
const page = slot({
  kind: kinds.mapPack,
  key: mapKey,
  body: leafPage({ end: 1, runs: [dataRun(1, 0, 0)], ids: [fill(32, 0x1d)] }),
})
const mapFooter = pagesFooter([{ tag: tagOf(page), type: 1, index: 0 }])
map.ok("one_page", "A leaf page", pack({ kind: kinds.mapPack, key: mapKey, slots: [page], footer: mapFooter }))
map.bad("BadMagic", "data_pack", "A data pack where a map pack should be", pack(good), { context: { objectKey: key } })
map.bad(
  "Unopenable",
  "other_key",
  "A pack under the key of another",
  pack({ kind: kinds.mapPack, key, slots: [page], footer: mapFooter }),
)

function flip(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
}

function flipFromEnd(bytes: Uint8Array, back: number): Uint8Array {
  return flip(bytes, bytes.length - back)
}

export const packVectors = [...blocks.vectors, ...pages.vectors, ...data.vectors, ...map.vectors]
