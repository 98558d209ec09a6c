import { fill, u8 } from "./byte-parts.ts"
import { packHeader } from "./pack-parts.ts"
import { vectorList } from "./vector-list.ts"

const { vectors, ok, bad } = vectorList("pack-header")

ok("clear", "A data pack of the clear suite", packHeader())
ok(
  "suite_header",
  "The suite's part follows the clear one",
  packHeader({ suite: 1, suiteHeader: fill(64, 7), kind: 5 }),
)
ok("more_follows", "A header ends where it says, not where the bytes end", Uint8Array.from([...packHeader(), 1, 2, 3]))
ok("features_compatible", "Unknown compatible features are ignored", packHeader({ features: [0x80000001, 0, 0] }))
ok(
  "features_read_only",
  "Unknown read-only-compatible features do not keep a reader out",
  packHeader({ features: [0, 4, 0] }),
)
for (const kind of [2, 3, 4, 5, 6, 7, 8, 9, 10]) ok(`kind_${kind}`, `Kind ${kind}`, packHeader({ kind }))
bad("Truncated", "empty", "No bytes at all", u8())
bad("Truncated", "cut", "One byte short of the clear part", packHeader().subarray(0, 23))
bad(
  "Truncated",
  "suite_header_cut",
  "The suite's part is one byte short",
  packHeader({ suiteHeader: fill(31, 7), suiteHeaderBytes: 32 }),
)
bad("BadMagic", "magic", "Another magic", packHeader({ magic: "BCPX" }))
bad("BadValue", "version_0", "There is no version 0", packHeader({ version: 0 }))
bad("NeedsNewer", "version_2", "A version of tomorrow", packHeader({ version: 2 }))
bad("BadValue", "kind_0", "There is no kind 0", packHeader({ kind: 0 }))
bad("BadValue", "kind_11", "A kind that nobody declared", packHeader({ kind: 11 }))
bad("BadValue", "reserved_1", "The first reserved byte is set", packHeader({ reserved: 1 }))
bad("BadValue", "reserved_2", "A bit of the last reserved bytes is set", packHeader({ reserved2: 0x100 }))
bad("NeedsNewer", "features_incompatible", "An unknown incompatible feature", packHeader({ features: [0, 0, 0x40] }))
bad(
  "TooLarge",
  "suite_header_long",
  "The suite's part is longer than 1024 bytes",
  packHeader({ suiteHeader: fill(1025, 0) }),
)

export const packHeaderVectors = vectors
