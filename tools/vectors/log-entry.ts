import { text } from "./byte-parts.ts"
import { manifestOf, pageAt, treeOf } from "./tree-json.ts"
import { vectorList } from "./vector-list.ts"

const id = (digit: string) => digit.repeat(32)
const digest = (digit: string) => digit.repeat(64)
const asText = { text: true }
const body = (value: unknown) => text(JSON.stringify(value))

const key = `backups/${id("b")}/log/${id("c")}/1ffffffffffffe`
const log = vectorList("log-entry", { objectKey: key })
const workload = { id: id("c"), name: "web01" }
const opened = { kind: "opened" }
const first = {
  number: 1,
  session: id("5"),
  atMs: 1_760_000_000_000,
  workload,
  body: opened,
  since: { number: 0, entries: [] },
}
const entry = (over: object) => body({ ...first, ...over })
const point = { entry: 1, point: id("e") }
const points = [point]

log.ok("opened", "The first entry of a log", entry({}), asText)
log.ok("rotated", "An entry of a rotation", entry({ body: { kind: "rotated" } }), asText)
log.ok("point", "A restore point", entry({ body: { kind: "point", manifest: manifestOf() } }), asText)
log.ok(
  "fence_adopted",
  "A fence that adopts a checkpoint",
  entry({
    body: {
      kind: "fence",
      fenced: id("6"),
      outcome: "adopted",
      checkpoint: { ...treeOf(), session: id("6"), cursor: { disk: 0, block: 70 }, packs: 2 },
      sessions: [id("6")],
    },
  }),
  asText,
)
log.ok(
  "fence_abandoned",
  "A fence that abandons a session",
  entry({ body: { kind: "fence", fenced: id("6"), outcome: "abandoned" } }),
  asText,
)
log.ok(
  "removal",
  "A removal and its undo time",
  entry({ body: { kind: "removal", points, undoMs: 604_800_000 } }),
  asText,
)
log.ok("undo", "A removal taken back", entry({ body: { kind: "undo", points } }), asText)
log.ok("pin", "A point held by hand", entry({ body: { kind: "pin", points, reason: "audit" } }), asText)
log.ok("unpin", "A point let go", entry({ body: { kind: "unpin", points } }), asText)
log.ok(
  "flagged",
  "GFS slots that a point fills",
  entry({ body: { kind: "flagged", points, gfs: ["W:2025-01-04", "M:2025-01"] } }),
  asText,
)
log.ok(
  "damaged",
  "A point found damaged",
  entry({ body: { kind: "damaged", points, reason: "pack is missing" } }),
  asText,
)
log.ok(
  "damaged_lost",
  "The repair of an entry that does not open",
  entry({ body: { kind: "damaged", points: [], reason: "does not open", lost: { entry: 3, digest: digest("d") } } }),
  asText,
)
log.ok("healed", "A damage mended", entry({ body: { kind: "healed", points } }), asText)
log.ok("unknown_kind", "A kind of tomorrow is read as unknown", entry({ body: { kind: "sealed", epoch: 3 } }), asText)
const barrier = { kind: "barrier", epoch: 3, purged: points, floor: 1 }
log.bad("Inconsistent", "barrier_without_catalogue", "A barrier that lists nothing", entry({ body: barrier }), asText)
log.bad("BadValue", "barrier_epoch_0", "A barrier of epoch 0", entry({ body: { ...barrier, epoch: 0 } }), asText)
log.ok(
  "unknown_compatible",
  "A kind of tomorrow that declares itself compatible",
  entry({ body: { kind: "note" }, features: { compatible: ["notes"] } }),
  asText,
)
log.ok("unknown_field", "Unknown fields are ignored", entry({ weather: "fair" }), asText)
const summary = {
  point: id("e"),
  seq: 1,
  platform: "generic",
  type: "full",
  createdAtMs: 1,
  committedAtMs: 2,
  origin: { repository: id("a"), point: id("e") },
  hops: 0,
  consistency: "crash",
  gfs: ["W:2025-01-04"],
  blockBytes: 65_536,
  sizeBytes: 1000,
  storedBytes: 500,
}
const summaries = [
  { number: 1, digest: digest("1"), session: id("5"), body: opened },
  { number: 2, digest: digest("2"), session: id("5"), body: { kind: "point", ...summary } },
  { number: 3, digest: digest("3"), session: id("6"), body: { kind: "fence", fenced: id("5"), outcome: "abandoned" } },
  { number: 4, digest: digest("4"), session: id("6"), body: { kind: "lost" } },
  { number: 5, digest: digest("5"), session: id("6"), body: { kind: "note" }, features: { compatible: ["notes"] } },
]
log.ok(
  "since",
  "Summaries of the entries before",
  entry({ number: 6, previous: digest("5"), since: { number: 0, entries: summaries } }),
  asText,
)
log.ok(
  "since_catalogue",
  "The first entry behind a catalogue",
  entry({ number: 65, previous: digest("5"), since: { number: 64, digest: digest("5"), entries: [] } }),
  asText,
)
const live = { ...summary, entry: 2, digest: digest("2"), session: id("5"), pin: "audit" }
const catalogue = {
  floor: 1,
  points: [live, { ...live, entry: 64, digest: "" }],
  removed: [{ point: { ...live, entry: 9, damaged: true }, removal: 30, undoMs: 5 }],
  fenced: [{ session: id("6"), entry: 3 }],
  adoption: { entry: 3, session: id("5") },
  broken: [],
  lost: [4],
  unknown: [],
}
const { since: _since, ...bare } = first
const sixtyFour = { ...bare, number: 64, previous: digest("5") }
const withCatalogue = (over: object) => body({ ...sixtyFour, catalogue: { ...catalogue, ...over } })
log.ok("catalogue", "The 64th entry lists what lives", withCatalogue({}), asText)
log.ok(
  "barrier",
  "A barrier and what lives behind it",
  body({ ...sixtyFour, body: barrier, catalogue: { ...catalogue, barrier: { entry: 64, epoch: 3, voidBelow: 1 } } }),
  asText,
)
log.bad("Inconsistent", "floor", "A floor above what may be void", withCatalogue({ floor: 2 }), asText)
log.bad("Inconsistent", "no_state", "Neither a catalogue nor what has been said since one", body(bare), asText)
log.bad(
  "Inconsistent",
  "two_states",
  "Both a catalogue and what has been said since one",
  body({ ...sixtyFour, catalogue, since: { number: 63, digest: digest("2"), entries: [] } }),
  asText,
)
log.bad(
  "Inconsistent",
  "catalogue_missing",
  "The 64th entry without a catalogue",
  body({ ...sixtyFour, since: { number: 63, digest: digest("2"), entries: [] } }),
  asText,
)
log.bad(
  "Inconsistent",
  "since_itself",
  "An entry that builds on itself",
  entry({ number: 3, since: { number: 3, digest: digest("2"), entries: [] } }),
  asText,
)
log.bad(
  "Inconsistent",
  "since_short",
  "A summary too few",
  entry({ number: 6, previous: digest("5"), since: { number: 0, entries: summaries.slice(0, 4) } }),
  asText,
)
log.bad(
  "Inconsistent",
  "catalogue_digest",
  "A point without a digest that is not the entry's own",
  withCatalogue({ points: [{ ...live, digest: "" }] }),
  asText,
)
log.bad(
  "Inconsistent",
  "catalogue_own_digest",
  "An entry that claims to know its own digest",
  withCatalogue({ points: [{ ...live, entry: 64 }] }),
  asText,
)
log.bad("BadValue", "not_object", "A list", text("[]"), asText)
log.bad("BadValue", "number_0", "Entries count from 1", entry({ number: 0 }), asText)
log.bad(
  "BadValue",
  "number_large",
  "A number that is no integer below 2^53",
  text(JSON.stringify(first).replace(`"number":1`, `"number":9007199254740992`)),
  asText,
)
log.bad("BadValue", "number_fraction", "A number that is no integer", entry({ atMs: 0.5 }), asText)
log.bad("BadValue", "session", "A session id that is none", entry({ session: "root" }), asText)
log.bad("BadValue", "previous", "A digest that is none", entry({ previous: "00" }), asText)
log.bad("BadValue", "name_empty", "A workload without a name", entry({ workload: { ...workload, name: "" } }), asText)
log.bad(
  "BadValue",
  "name_long",
  "A name of 256 bytes",
  entry({ workload: { ...workload, name: "é".repeat(128) } }),
  asText,
)
log.bad(
  "BadValue",
  "name_control",
  "A name with a line break",
  entry({ workload: { ...workload, name: "a\nb" } }),
  asText,
)
log.bad(
  "BadValue",
  "name_surrogate",
  "A name that is no Unicode text",
  entry({ workload: { ...workload, name: "\ud800" } }),
  asText,
)
log.bad("BadValue", "no_body", "No body", entry({ body: undefined }), asText)
log.bad("BadValue", "kind_long", "A kind of more than 64 characters", entry({ body: { kind: "k".repeat(65) } }), asText)
log.bad(
  "BadValue",
  "removal_points",
  "A removal that names no points",
  entry({ body: { kind: "removal", undoMs: 1 } }),
  asText,
)
log.bad(
  "BadValue",
  "fence_outcome",
  "A fence without an outcome",
  entry({ body: { kind: "fence", fenced: id("6") } }),
  asText,
)
log.bad(
  "BadValue",
  "summaries_64",
  "More summaries than entries between two catalogues",
  entry({
    number: 65,
    previous: digest("5"),
    since: { number: 0, entries: Array.from({ length: 64 }, (_n, at) => ({ ...summaries[0], number: at + 1 })) },
  }),
  asText,
)
log.bad(
  "NeedsNewer",
  "features_incompatible",
  "An unknown incompatible feature",
  entry({ features: { incompatible: ["sharded"] } }),
  asText,
)
log.bad(
  "NeedsNewer",
  "summary_incompatible",
  "An unknown incompatible feature of an earlier entry",
  entry({
    number: 2,
    previous: digest("1"),
    since: { number: 0, entries: [{ ...summaries[0], features: { incompatible: ["sharded"] } }] },
  }),
  asText,
)

const manifest = vectorList("manifest", { objectKey: key })
const made = (over: object) => body(manifestOf(over))
manifest.ok("full", "A full with two disks, one of them all zeros", made({}), asText)
manifest.ok(
  "increment",
  "A copied increment with metadata of its platform",
  made({
    kind: "increment",
    parent: { entry: 1, point: id("f") },
    copiedFrom: { repository: id("a"), point: id("e") },
    hops: 1,
    gfs: ["Y:2025"],
    metadata: { machine: { cpus: 4 } },
  }),
  asText,
)
manifest.ok("date_suspect", "A point whose time could not be right", made({ dateSuspect: true }), asText)
manifest.bad("BadValue", "block_size", "A block size that is no power of two", made({ blockBytes: 65_537 }), asText)
manifest.bad("BadValue", "block_size_small", "A block size below 32 KiB", made({ blockBytes: 16_384 }), asText)
manifest.bad("BadValue", "kind", "Neither full nor increment", made({ kind: "synthetic" }), asText)
manifest.bad(
  "BadValue",
  "content_root",
  "A content root that is none",
  made({ disks: [{ name: "sda", sizeBytes: 0, contentRoot: "0" }] }),
  asText,
)
manifest.bad(
  "BadValue",
  "map_packs",
  "More than 256 map packs",
  made({ nextMapPack: 257, mapPacks: Array.from({ length: 257 }, (_n, pack) => ({ ...treeOf().mapPacks[0], pack })) }),
  asText,
)
manifest.bad(
  "BadValue",
  "hint_long",
  "A hint of 256 bytes",
  made({ mapPacks: [{ ...treeOf().mapPacks[0], hint: "00".repeat(256) }] }),
  asText,
)
manifest.bad(
  "BadValue",
  "pointer_outside",
  "A page behind the end of any pack",
  made({ table: pageAt(0, 640 * 2 ** 20) }),
  asText,
)
manifest.bad(
  "TooLarge",
  "disks",
  "1025 disks",
  made({
    disks: Array.from({ length: 1025 }, (_n, disk) => ({ name: `d${disk}`, sizeBytes: 0, contentRoot: digest("0") })),
  }),
  asText,
)
manifest.bad(
  "BadValue",
  "disk_size",
  "A disk of 2^53 bytes",
  made({ disks: [{ name: "sda", sizeBytes: 2 ** 53, contentRoot: digest("0") }] }),
  asText,
)
manifest.bad(
  "Inconsistent",
  "disk_names",
  "Two disks of one name",
  made({ disks: [1, 2].map(() => ({ name: "sda", sizeBytes: 0, contentRoot: digest("0") })) }),
  asText,
)
manifest.bad(
  "Inconsistent",
  "map_pack_twice",
  "Two map packs of one number",
  made({ mapPacks: [treeOf().mapPacks[0], treeOf().mapPacks[0]] }),
  asText,
)
manifest.bad(
  "Inconsistent",
  "map_pack_number",
  "A map pack whose number is still to be given",
  made({ nextMapPack: 0 }),
  asText,
)
manifest.bad(
  "Inconsistent",
  "pointer_unlisted",
  "A page in a map pack that is not listed",
  made({ table: pageAt(7, 24) }),
  asText,
)

const checkpoint = vectorList("checkpoint", { objectKey: "beat" })
const paused = { ...treeOf(), session: id("5"), cursor: { disk: 1, block: 2 ** 40 }, packs: 16 }
checkpoint.ok(
  "of_point",
  "Progress on an immutable point",
  body({ ...paused, identity: "inode 7 of 2025-01-04", parent: { entry: 3, point: id("e") } }),
  asText,
)
checkpoint.ok("base_only", "A dedup base", body(paused), asText)
checkpoint.bad("BadValue", "cursor", "No cursor", body({ ...paused, cursor: undefined }), asText)
checkpoint.bad(
  "Inconsistent",
  "pointer_unlisted",
  "A page in a map pack that is not listed",
  body({ ...paused, mapPacks: [] }),
  asText,
)

export const logEntryVectors = [...log.vectors, ...manifest.vectors, ...checkpoint.vectors]
