import { fill, text } from "./byte-parts.ts"
import { vectorList } from "./vector-list.ts"

const { vectors, ok, bad } = vectorList("birth-certificate")
const birth = {
  format: "bcopy",
  version: 1,
  repository: "00112233445566778899aabbccddeeff",
  encryption: "none",
  idSalt: "5a".repeat(32),
}
const root = { generation: 1, fingerprint: "ab".repeat(32) }
const asText = { text: true }
const file = (over: object) => text(`${JSON.stringify({ ...birth, ...over }, undefined, 2)}\n`)

ok("clear", "A repository in the clear", file({}), asText)
ok("encrypted", "An encrypted repository", file({ encryption: "aes-256-gcm", idSalt: undefined, root }), asText)
bad("BadValue", "no_root", "Encrypted, without a root", file({ encryption: "aes-256-gcm" }), asText)
bad(
  "BadValue",
  "root_short",
  "A fingerprint of 31 bytes",
  file({ encryption: "aes-256-gcm", root: { ...root, fingerprint: "ab".repeat(31) } }),
  asText,
)
ok("unknown_field", "Unknown fields are ignored", file({ motto: "write once" }), asText)
ok(
  "features",
  "Unknown compatible and read-only-compatible features",
  file({ features: { compatible: ["a"], readOnly: ["b"] } }),
  asText,
)
bad("BadMagic", "empty", "An empty file", text(""), asText)
bad("BadMagic", "not_json", "Not JSON", text("bcopy\n"), asText)
bad("BadMagic", "not_utf8", "Not UTF-8", fill(8, 0xfe))
bad("BadMagic", "null", "JSON, but nothing", text("null"), asText)
bad("BadMagic", "other_format", "A file of something else", file({ format: "restic" }), asText)
bad(
  "NeedsNewer",
  "version_2",
  "A format of tomorrow, whatever its other fields are",
  file({ version: 2, idSalt: 7 }),
  asText,
)
bad("BadValue", "version_0", "There is no version 0", file({ version: 0 }), asText)
bad("BadValue", "version_text", "A version that is no number", file({ version: "1" }), asText)
bad(
  "NeedsNewer",
  "features_incompatible",
  "An unknown incompatible feature",
  file({ features: { incompatible: ["sharded"] } }),
  asText,
)
bad("BadValue", "features_shape", "Features that are no lists", file({ features: { incompatible: "sharded" } }), asText)
bad(
  "BadValue",
  "repository_id",
  "An id in upper case",
  file({ repository: "00112233445566778899AABBCCDDEEFF" }),
  asText,
)
bad("BadValue", "salt_short", "A salt of 31 bytes", file({ idSalt: "5a".repeat(31) }), asText)
bad("BadValue", "encryption", "An encryption that nobody declared", file({ encryption: "rot13" }), asText)
bad("TooLarge", "long", "More than 64 KiB", text(JSON.stringify({ ...birth, note: "x".repeat(64 << 10) })), asText)

export const birthCertificateVectors = vectors
