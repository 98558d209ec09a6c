import { text } from "./byte-parts.ts"
import { treeOf } from "./tree-json.ts"
import { vectorList } from "./vector-list.ts"

const id = (digit: string) => digit.repeat(32)
const asText = { text: true }
const body = (value: unknown) => text(JSON.stringify(value))

const settings = vectorList("settings-entry", { objectKey: "log/1ffffffffffffe" })
const records = [
  { type: "packSize", bytes: 33_554_432 },
  { type: "instance", instance: "inode 12 of 2025-01-04" },
]
const entry = { number: 1, session: id("5"), atMs: 1_760_000_000_000, records, catalogue: records }
const made = (over: object) => body({ ...entry, ...over })
const setting = (record: object) => made({ records: [record], catalogue: [record] })
settings.ok("repository", "The first settings of a repository", made({}), asText)
settings.ok(
  "backup",
  "Settings of a backup",
  made({
    number: 2,
    previous: "1".repeat(64),
    records: [{ type: "name", name: "nightly" }],
    catalogue: [
      { type: "name", name: "nightly" },
      { type: "origin", repository: id("a"), job: "nightly" },
      { type: "blockSize", bytes: 65_536 },
    ],
  }),
  asText,
)
settings.ok(
  "passport",
  "What a store was found to do: any JSON",
  setting({ type: "passport", passport: { atomicCreate: true } }),
  asText,
)
settings.ok(
  "retention",
  "A retention policy in force",
  setting({
    type: "retention",
    policy: {
      zone: "Europe/Berlin",
      days: 7,
      weekly: { keep: 4, day: "saturday" },
      retired: { yearly: 3 },
      since: { weekly: 1_760_000_000_000 },
    },
  }),
  asText,
)
settings.bad(
  "BadValue",
  "retention_number",
  "A policy that is no object",
  setting({ type: "retention", policy: 7 }),
  asText,
)
settings.ok("ended", "Epochs that a rotation has ended", setting({ type: "ended", below: 2 }), asText)
settings.ok(
  "unknown",
  "A record of tomorrow is kept as it is",
  setting({ type: "owner", owner: "x", features: { readOnly: ["owners"] } }),
  asText,
)
settings.bad("BadValue", "number", "Entries count from 1", made({ number: 0 }), asText)
settings.bad("BadValue", "no_catalogue", "An entry without the state after it", made({ catalogue: undefined }), asText)
settings.bad("BadValue", "block_size", "A block size that is none", setting({ type: "blockSize", bytes: 7 }), asText)
settings.bad(
  "BadValue",
  "pack_size",
  "A pack size above 512 MiB",
  setting({ type: "packSize", bytes: 536_870_913 }),
  asText,
)
settings.bad("BadValue", "name", "A name with a control character", setting({ type: "name", name: "a\u0000" }), asText)
settings.bad(
  "NeedsNewer",
  "features_incompatible",
  "An unknown incompatible feature of the entry",
  made({ features: { incompatible: ["sharded"] } }),
  asText,
)
settings.bad(
  "NeedsNewer",
  "record_incompatible",
  "An unknown incompatible feature of a record",
  setting({ type: "owner", features: { incompatible: ["owners"] } }),
  asText,
)

const beat = vectorList("session-beat", { objectKey: "beat" })
const writer = { machine: "m", boot: "b", pidNamespace: "4026531836", pid: 77, processStart: "12345" }
const sign = { session: id("5"), number: 3, writer, startedAtMs: 1_760_000_000_000, atMs: 1_760_000_040_000, tail: 9 }
const checkpoint = { ...treeOf(), session: id("5"), cursor: { disk: 0, block: 70 }, packs: 2 }
beat.ok("beat", "A sign of life", body(sign), asText)
beat.ok("checkpoint", "A sign of life with progress", body({ ...sign, checkpoint }), asText)
beat.ok("ended", "The last beat", body({ ...sign, ended: "committed" }), asText)
beat.bad("BadValue", "ended_otherwise", "An end that nobody declared", body({ ...sign, ended: "vanished" }), asText)
beat.bad("BadValue", "writer", "Nobody who writes", body({ ...sign, writer: undefined }), asText)
beat.bad("BadValue", "pid", "A negative number", body({ ...sign, writer: { ...writer, pid: -1 } }), asText)
beat.bad("BadValue", "checkpoint_empty", "A checkpoint that is none", body({ ...sign, checkpoint: {} }), asText)
beat.bad(
  "NeedsNewer",
  "features_incompatible",
  "An unknown incompatible feature",
  body({ ...sign, features: { incompatible: ["x"] } }),
  asText,
)

export const settingsVectors = [...settings.vectors, ...beat.vectors]
