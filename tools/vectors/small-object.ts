import { fill, hex, join, text, u8 } from "./byte-parts.ts"
import { kinds, packHeader, slot, smallObject } from "./pack-parts.ts"
import { vectorList } from "./vector-list.ts"

const key = "log/1ffffffffffffe"
const { vectors, ok, bad } = vectorList("small-object", { objectKey: key, kind: "repositorySettings" })
const kind = kinds.repositorySettings
const object = (body: Uint8Array, over = {}) => smallObject(kind, key, body, over)
const json = text(`{"number":1,"note":"any JSON"}`)

ok("object", "JSON in UTF-8", object(json))
ok("null", "Any JSON value opens; what it must be is said by kind", object(text("null")))
/** RFC 8878: one frame: a quote, 198 times "x", a quote. */
const frame = hex(["28b52ffd20c8", "08000022", "32060078", "09000022"].join(""))
ok("compressed", "A body compressed by Zstandard", object(frame, { codec: 1, plainBytes: 200 }))
bad("BadMagic", "kind", "A log entry where settings should be", smallObject(kinds.logEntry, key, json))
bad("Unopenable", "other_key", "The object of another key", smallObject(kind, "log/1ffffffffffffd", json))
bad(
  "Unopenable",
  "suite",
  "Sealed by a suite that is not the repository's",
  join(packHeader({ kind, suite: 1 }), object(json).subarray(24)),
)
bad("TrailingBytes", "trailing", "A byte behind the only slot", join(object(json), u8(0)))
bad("Truncated", "cut", "One byte short", object(json).subarray(0, -1))
bad("Truncated", "no_slot", "A header and nothing else", packHeader({ kind }))
bad("Inconsistent", "slot_1", "The only slot is not slot 0", object(json, { number: 1 }))
bad(
  "Inconsistent",
  "not_last",
  "The only slot is not the last one",
  join(packHeader({ kind }), slot({ kind, key, body: json })),
)
bad(
  "TooLarge",
  "body",
  "A body above 8 MiB, by what its header says",
  object(json, { codec: 1, plainBytes: (8 << 20) + 1 }),
)
bad("BadValue", "empty", "No bytes are no JSON", object(u8()))
bad("BadValue", "not_json", "A body that is no JSON", object(text("{")))
bad("BadValue", "not_utf8", "A body that is no UTF-8", object(join(text(`"`), fill(1, 0xff), text(`"`))))
bad("BadValue", "byte_order_mark", "A byte order mark before the JSON", object(join(hex("efbbbf"), json)))

export const smallObjectVectors = vectors
