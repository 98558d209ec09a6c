// Makes golden.json: the sealed layouts of docs/format.md, put together here from Node's primitives and from nothing of
// the package, so that the two check each other. With --print it shows them instead.
import {
  argon2Sync,
  createCipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
} from "node:crypto"
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
const hexOf = (bytes) => bytes.toString("hex")
const ring = JSON.stringify({
  generation: 7,
  epochs: [
    { epoch: 2, key: hexOf(fill(0xe0, 32)) },
    { epoch: 7, key: hexOf(epochKey) },
  ],
  idKey: hexOf(fill(0x1d, 32)),
  logKey: hexOf(logKey),
})
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
const slotInfo = Buffer.concat([
  Buffer.from("bcopy-key-slot\0"),
  hex(repository),
  hex(id),
  u32(7),
  hex(fingerprint.fingerprint),
])
const wrap = (slotSecret, means, texts, parts) => {
  const slotKeys = Buffer.from(hkdfSync("sha256", slotSecret, slotSalt, slotInfo, 64))
  const said = [means.type, "1700000000000", texts.label ?? "", texts.hint ?? "", ...parts].flatMap((part) => {
    const bytes = Buffer.from(part)
    return [u32(bytes.length), bytes]
  })
  const sealed = gcm(slotKeys.subarray(0, 32), Buffer.alloc(12), Buffer.concat(said), Buffer.from(ring))
  const proofKey = Buffer.from(hkdfSync("sha256", epochKey, hex(repository), Buffer.from("bcopy-slot-proof\0"), 32))
  const proven = Buffer.concat([...said, hex(id), slotSalt, slotKeys.subarray(32), sealed])
  return {
    id,
    repository,
    root: { generation: 7, fingerprint: fingerprint.fingerprint },
    createdAtMs: 1_700_000_000_000,
    ...texts,
    means,
    salt: hexOf(slotSalt),
    commitment: hexOf(slotKeys.subarray(32)),
    sealed: hexOf(sealed),
    proof: hexOf(createHmac("sha256", proofKey).update(proven).digest()),
  }
}
const kdf = { memoryKiB: 65536, passes: 3, lanes: 4, salt: hexOf(kdfSalt) }
const texts = { label: "office", hint: "the usual" }
const slot = {
  password,
  ring,
  slot: wrap(secret, { type: "password", kdf }, texts, ["65536", "3", "4", kdfSalt]),
}

// RFC 9180 in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, export-only. The keys are those of RFC 7748, 6.1.
const hmac = (key, ...parts) => createHmac("sha256", key).update(Buffer.concat(parts)).digest()
const version = Buffer.from("HPKE-v1")
const extract = (of, salt, label, input) => hmac(salt, version, of, Buffer.from(label), input)
const expand = (of, key, label, info) =>
  hmac(key, Buffer.of(0, 32), version, of, Buffer.from(label), info, Buffer.of(1))
const recipient = {
  private: hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
  public: hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"),
}
const ephemeral = {
  private: hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
  public: hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"),
}
const jwk = (pair, isPrivate) => ({
  key: {
    kty: "OKP",
    crv: "X25519",
    x: pair.public.toString("base64url"),
    ...(isPrivate && { d: pair.private.toString("base64url") }),
  },
  format: "jwk",
})
const agreed = diffieHellman({
  privateKey: createPrivateKey(jwk(ephemeral, true)),
  publicKey: createPublicKey(jwk(recipient, false)),
})
const none = Buffer.alloc(0)
const kem = Buffer.concat([Buffer.from("KEM"), Buffer.of(0x00, 0x20)])
const suite = Buffer.concat([Buffer.from("HPKE"), Buffer.of(0x00, 0x20, 0x00, 0x01, 0xff, 0xff)])
const bothPublic = Buffer.concat([ephemeral.public, recipient.public])
const shared = expand(kem, extract(kem, none, "eae_prk", agreed), "shared_secret", bothPublic)
const schedule = Buffer.concat([
  Buffer.of(0),
  extract(suite, none, "psk_id_hash", none),
  extract(suite, none, "info_hash", Buffer.from("bcopy-recovery\0")),
])
const exporter = expand(suite, extract(suite, shared, "secret", none), "exp", schedule)
const exported = expand(suite, exporter, "sec", Buffer.concat([hex(repository), hex(id)]))
const recovery = {
  privateKey: hexOf(recipient.private),
  ephemeralKey: hexOf(ephemeral.private),
  ring,
  slot: wrap(
    exported,
    { type: "recovery", publicKey: hexOf(recipient.public), encapsulated: hexOf(ephemeral.public) },
    {},
    [recipient.public, ephemeral.public],
  ),
}

const externalSecret = fill(0x66, 32)
const wrapped = fill(0x99, 40)
const external = {
  secret: hexOf(externalSecret),
  ring,
  slot: wrap(
    externalSecret,
    { type: "external", provider: "aws-kms", keyId: "alias/bcopy", wrapped: hexOf(wrapped) },
    { label: "a service" },
    ["aws-kms", "alias/bcopy", wrapped],
  ),
}

const golden = `${JSON.stringify({ object, tag, fingerprint, slot, recovery, external }, undefined, 2)}\n`
if (process.argv.includes("--print")) process.stdout.write(golden)
else writeFileSync(join(import.meta.dirname, "vectors/golden.json"), golden)
