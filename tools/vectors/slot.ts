import { fill, hex, join, text, u8 } from "./byte-parts.ts"
import { packHeader, slot } from "./pack-parts.ts"
import { vectorList } from "./vector-list.ts"

const key = "backups/00112233445566778899aabbccddeeff/packs/0123456789abcdef0123456789abcdef/00000001"
const kind = 1
/** RFC 8878: one frame of one run-length block, 200 times "x". */
const zstd200 = hex("28b52ffd20c843060078")

const header = vectorList("slot-header")
const plain = { kind, key, body: fill(100, 0x61) }
const head = (over: object) => slot({ ...plain, ...over }).subarray(0, 16)
header.ok("stored", "A stored slot", head({}))
header.ok("compressed", "A compressed slot", head({ codec: 1, plainBytes: 5000 }))
header.ok("last", "The last slot of a pack", head({ flags: 1, number: 65_534 }))
header.bad("Truncated", "cut", "One byte short", head({}).subarray(0, 15))
header.bad("NeedsNewer", "codec_2", "A codec of tomorrow", head({ codec: 2 }))
header.bad("BadValue", "flags_2", "A flag that nobody declared", head({ flags: 2 }))
header.bad("BadValue", "reserved", "A reserved bit is set", head({ reserved: (1 << 31) >>> 0 }))
header.bad("TooLarge", "plain_bytes", "Longer when opened than 32 MiB", head({ plainBytes: (32 << 20) + 1 }))
header.bad("TooLarge", "stored_bytes", "Stored bytes beyond the plain ones and a tag", head({ storedBytes: 357 }))

const body = vectorList("slot", { objectKey: key, kind: "dataPack" })
body.ok("stored", "Plain bytes and their tag", slot(plain))
body.ok("compressed", "A Zstandard frame", slot({ ...plain, body: zstd200, codec: 1, plainBytes: 200 }))
body.ok("empty", "No plain bytes", slot({ ...plain, body: u8() }))
body.ok("more_follows", "What stands behind the slot is not looked at", join(slot(plain), text("next")))
body.bad("Truncated", "cut", "The tag is one byte short", slot(plain).subarray(0, -1))
body.bad("Truncated", "no_tag", "Fewer stored bytes than a tag has", slot({ ...plain, body: u8(), storedBytes: 15 }))
body.bad("Unopenable", "flipped_body", "One bit of the body", flip(slot(plain), 40))
body.bad("Unopenable", "flipped_codec", "An unknown codec, which the seal disowns", slot(plain).with(2, 2))
body.bad("Unopenable", "flipped_tag", "One bit of the tag", flip(slot(plain), 120))
body.bad("Unopenable", "flipped_number", "One bit of the slot number", flip(slot(plain), 0))
body.bad("Unopenable", "other_key", "Sealed for another object", slot({ ...plain, key: key.replace("1", "2") }))
body.bad("Unopenable", "other_kind", "Sealed as another kind of object", slot({ ...plain, kind: 2 }))
body.bad(
  "Inconsistent",
  "stored_length",
  "Stored bytes that are fewer than the header says",
  slot({ ...plain, plainBytes: 101 }),
)
body.bad("Inconsistent", "not_zstd", "Marked as compressed and no frame", slot({ ...plain, codec: 1 }))
body.bad(
  "Inconsistent",
  "zstd_longer",
  "The frame holds more than the header says",
  slot({ ...plain, body: zstd200, codec: 1, plainBytes: 199 }),
)
body.bad(
  "Inconsistent",
  "zstd_shorter",
  "The frame holds less than the header says",
  slot({ ...plain, body: zstd200, codec: 1, plainBytes: 201 }),
)
/** RFC 8878: a frame that claims 2^31 bytes in one run-length block after another. */
const bomb = join(hex("28b52ffd0058"), ...Array.from({ length: 40 }, () => hex("02001061")), hex("03001061"))
body.bad(
  "Inconsistent",
  "zstd_bomb",
  "A frame that would fill the memory stops at what the header says",
  slot({ ...plain, body: bomb, codec: 1, plainBytes: 300 }),
)
const clear = packHeader()
body.bad(
  "Inconsistent",
  "last_alone",
  "The last slot opens only together with the pack's header",
  slot({ ...plain, packHeader: clear }),
)

const last = vectorList("last-slot", { objectKey: key, kind: "dataPack" })
last.ok(
  "with_header",
  "The last slot and the header it authenticates",
  join(clear, slot({ ...plain, packHeader: clear })),
)
const marked = packHeader({ features: [1, 0, 0] })
last.bad(
  "Unopenable",
  "other_header",
  "The header's features were changed",
  join(marked, slot({ ...plain, packHeader: clear })),
)
last.bad("Unopenable", "made_last", "A slot made the last one by its flag", join(clear, slot({ ...plain, flags: 1 })))

function flip(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
}

export const slotVectors = [...header.vectors, ...body.vectors, ...last.vectors]
