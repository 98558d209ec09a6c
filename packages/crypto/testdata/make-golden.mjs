// Makes golden.json: the sealed layouts of docs/format.md, put together here from Node's primitives and from nothing of
// the package, so that the two check each other.
import { argon2Sync, createCipheriv, createHmac, hkdfSync } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"

const hex = (text) => Buffer.from(text, "hex")
const u32 = (number) => Buffer.from(Uint32Array.of(number).buffer)
const fill = (byte, count) => Buffer.alloc(count, byte)
const repository = "00112233445566778899aabbccddeeff"
const epochKey = fill(0xe1, 32)
const salt = fill(0x5a, 32)
const objectKey = "backups/00/packs/01/00000001"
const kind = 1
const header16 = hex("03000100000010000005000000000000")
const body = Buffer.from("what was compressed")

const gcm = (key, nonce, associated, plain) => {
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(associated)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

const info = Buffer.concat([Buffer.from("bcopy-object\0"), Buffer.of(1, kind), hex(repository), Buffer.from(objectKey)])
const derived = Buffer.from(hkdfSync("sha256", epochKey, salt, info, 64))
const nonce = Buffer.alloc(12)
nonce.writeUInt32LE(3)
const object = {
  repository,
  kind,
  objectKey,
  epoch: 7,
  epochKey: epochKey.toString("hex"),
  salt: salt.toString("hex"),
  slot: 3,
  associated: header16.toString("hex"),
  body: body.toString("hex"),
  header: Buffer.concat([u32(7), salt, derived.subarray(32)]).toString("hex"),
  hint: Buffer.concat([u32(7), salt]).toString("hex"),
  sealed: gcm(derived.subarray(0, 32), nonce, header16, body).toString("hex"),
}

const logKey = fill(0x10, 32)
const number = Buffer.alloc(8)
number.writeBigUInt64LE(41n)
const tagged = Buffer.concat([Buffer.from("bcopy-entry\0"), number, Buffer.from("log/")])
const tag = {
  logKey: logKey.toString("hex"),
  prefix: "log/",
  number: 41,
  tag: createHmac("sha256", logKey).update(tagged).digest().subarray(0, 8).toString("hex"),
}

const fingerprint = {
  repository,
  epoch: 7,
  epochKey: epochKey.toString("hex"),
  fingerprint: Buffer.from(
    hkdfSync("sha256", epochKey, hex(repository), Buffer.from("bcopy-fingerprint\0"), 32),
  ).toString("hex"),
}

const id = "0123456789abcdef0123456789abcdef"
const root = fill(0x77, 32)
const slotSalt = fill(0x33, 32)
const kdfSalt = fill(0x44, 16)
const password = "pässword"
const secret = argon2Sync("argon2id", {
  message: Buffer.from(password.normalize("NFC"), "utf8"),
  nonce: kdfSalt,
  memory: 65536,
  passes: 3,
  parallelism: 4,
  tagLength: 32,
})
const slotInfo = Buffer.concat([Buffer.from("bcopy-key-slot\0"), hex(repository), hex(id), u32(7)])
const slotKeys = Buffer.from(hkdfSync("sha256", secret, slotSalt, slotInfo, 64))
const said = ["password", "1700000000000", "office", "the usual", "65536", "3", "4", kdfSalt].flatMap((part) => {
  const bytes = Buffer.from(part)
  return [u32(bytes.length), bytes]
})
const slot = {
  password,
  root: root.toString("hex"),
  slot: {
    id,
    repository,
    generation: 7,
    createdAtMs: 1_700_000_000_000,
    label: "office",
    hint: "the usual",
    means: { type: "password", kdf: { memoryKiB: 65536, passes: 3, lanes: 4, salt: kdfSalt.toString("hex") } },
    salt: slotSalt.toString("hex"),
    commitment: slotKeys.subarray(32).toString("hex"),
    sealed: gcm(slotKeys.subarray(0, 32), Buffer.alloc(12), Buffer.concat(said), root).toString("hex"),
  },
}

const golden = { object, tag, fingerprint, slot }
writeFileSync(join(import.meta.dirname, "vectors/golden.json"), `${JSON.stringify(golden, undefined, 2)}\n`)
