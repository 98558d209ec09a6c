import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from "node:crypto"
import * as z from "zod"
import { CryptoError } from "./crypto-error.ts"
import { deriveKeys, idBytes, KEY_BYTES, labelled, u32 } from "./derive-keys.ts"
import {
  decodeKeyRing,
  encodeKeyRing,
  type KeyRing,
  markOf,
  type Random,
  type RingMark,
  fingerprintOf,
} from "./key-ring.ts"
import { type EpochKey, TAG_BYTES } from "./object-seal.ts"
import { PASSWORD_SALT_BYTES, type PasswordParameters } from "./password-key.ts"

/** How a slot's secret is found. */
export type SlotMeans =
  /** Of a password: docs/format.md, Key slots. */
  | { readonly type: "password"; readonly kdf: PasswordParameters & { readonly salt: Uint8Array } }
  /** By the private key of a recovery kit. */
  | { readonly type: "recovery"; readonly publicKey: Uint8Array; readonly encapsulated: Uint8Array }
  /** By a service that keeps a key. */
  | { readonly type: "external"; readonly provider: string; readonly keyId: string; readonly wrapped: Uint8Array }

/** What a slot says of itself, in the clear and authenticated. */
export interface SlotFacts {
  /** 32 hex digits. */
  readonly id: string
  /** The repository's id, 32 hex digits. */
  readonly repository: string
  /** The root generation that it wraps. */
  readonly root: RingMark
  readonly createdAtMs: number
  /** What people call it. */
  readonly label?: string
  /** Reminds whoever chose the password. Everybody can read it. */
  readonly hint?: string
}

/** One way to come by a root generation, as it is stored: docs/format.md, Key slots. */
export interface KeySlot extends SlotFacts {
  readonly means: SlotMeans
  readonly salt: Uint8Array
  readonly commitment: Uint8Array
  readonly sealed: Uint8Array
  /** Made with the ring's own key: only who holds the ring can make a slot that is {@link isProven}. */
  readonly proof: Uint8Array
}

const CIPHER = "aes-256-gcm"
/** docs/format.md, Key slots: each key seals one thing, once. */
const NONCE = new Uint8Array(12)
/** UTF-16 units of a text that a slot says. */
export const MAX_TEXT = 255
/** RFC 9106, 3.1: the least memory for each lane. */
const LANE_KIB = 8

const hexOf = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`))
    .transform(fromHex)
const count = z.int().min(1)
const text = z.string().max(MAX_TEXT)
const means = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("password"),
    kdf: z
      .object({ memoryKiB: count, passes: count, lanes: count, salt: hexOf(PASSWORD_SALT_BYTES) })
      .refine(({ memoryKiB, lanes }) => memoryKiB >= LANE_KIB * lanes),
  }),
  z.object({ type: z.literal("recovery"), publicKey: hexOf(KEY_BYTES), encapsulated: hexOf(KEY_BYTES) }),
  z.object({
    type: z.literal("external"),
    provider: text,
    keyId: z.string().max(2048),
    wrapped: z
      .string()
      .regex(/^(?:[0-9a-f]{2}){1,8192}$/)
      .transform(fromHex),
  }),
])
const schema = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  repository: z.string().regex(/^[0-9a-f]{32}$/),
  root: z.object({
    generation: z.int().min(1).max(0xffff_ffff),
    fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  createdAtMs: z.int().min(0),
  label: text.optional(),
  hint: text.optional(),
  means,
  salt: hexOf(KEY_BYTES),
  commitment: hexOf(KEY_BYTES),
  sealed: z
    .string()
    .regex(/^(?:[0-9a-f]{2}){17,}$/)
    .transform(fromHex),
  proof: hexOf(KEY_BYTES),
})

/** Wraps a ring for a secret of 32 bytes, which is wiped. */
export function wrapRing(
  ring: KeyRing,
  facts: Omit<SlotFacts, "root" | "repository">,
  how: SlotMeans,
  secret: Uint8Array,
  random: Random,
): KeySlot {
  const salt = random(KEY_BYTES)
  const said = { ...facts, repository: ring.repository, root: markOf(ring) }
  const [key, commitment] = slotKeys(secret, said, salt)
  const plain = encodeKeyRing(ring)
  try {
    const cipher = createCipheriv(CIPHER, key, NONCE).setAAD(associated(said, how))
    const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    const slot = { ...said, means: how, salt, commitment, sealed }
    return { ...slot, proof: proofOf(slot, ring.epochs.at(-1) as EpochKey) }
  } finally {
    for (const bytes of [plain, key, secret]) bytes.fill(0)
  }
}

/**
 * The ring that a slot wraps for this secret, which is wiped; `undefined` if it is another secret's slot.
 * @throws CryptoError `Damaged` if the secret is right and the slot is not what was written
 */
export function unwrapRing(slot: KeySlot, secret: Uint8Array): KeyRing | undefined {
  const [key, commitment] = slotKeys(secret, slot, slot.salt)
  secret.fill(0)
  if (!timingSafeEqual(commitment, slot.commitment)) return undefined
  const end = slot.sealed.length - TAG_BYTES
  const decipher = createDecipheriv(CIPHER, key, NONCE).setAAD(associated(slot, slot.means))
  decipher.setAuthTag(slot.sealed.subarray(end))
  const plain = decipher.update(slot.sealed.subarray(0, end))
  try {
    decipher.final()
  } catch (cause) {
    plain.fill(0)
    throw new CryptoError("Damaged", `key slot ${slot.id} is not as it was written`, { cause })
  }
  try {
    const ring = decodeKeyRing(plain, slot.repository, slot.root)
    if (!isProven(slot, ring)) throw new CryptoError("Damaged", `key slot ${slot.id} is not as it was written`)
    return ring
  } finally {
    plain.fill(0)
    key.fill(0)
  }
}

/** @throws CryptoError `Damaged` */
export function parseKeySlot(body: unknown, id: string): KeySlot {
  const parsed = schema.safeParse(body, { jitless: true })
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join(".") ?? ""
    throw new CryptoError("Damaged", `key slot ${id} is not as it was written: ${place}`)
  }
  if (parsed.data.id !== id) throw new CryptoError("Damaged", `key slot ${id} says it is slot ${parsed.data.id}`)
  const { label, hint, ...rest } = parsed.data
  return { ...rest, ...(label !== undefined && { label }), ...(hint !== undefined && { hint }) }
}

/**
 * Whether a slot was made by somebody who held its ring. Fingerprints are for everybody to read: without this anybody who may
 * write could lay down a slot for a key of his own, and be given the next ring by a rotation.
 */
export function isProven(slot: KeySlot, ring: KeyRing): boolean {
  const { generation, fingerprint } = slot.root
  const epoch = ring.epochs.find((one) => one.epoch === generation)
  if (epoch === undefined || slot.repository !== ring.repository || fingerprintOf(ring, generation) !== fingerprint)
    return false
  return timingSafeEqual(proofOf(slot, epoch), slot.proof)
}

/** docs/format.md, Key slots: over all that the slot says and holds. */
function proofOf(slot: Omit<KeySlot, "proof">, { key }: EpochKey): Uint8Array {
  const { repository, id, means: how, salt, commitment, sealed } = slot
  const [proofKey] = deriveKeys(key, idBytes(repository), labelled("bcopy-slot-proof"), 1)
  const parts = [associated(slot, how), idBytes(id), salt, commitment, sealed]
  return createHmac("sha256", proofKey as Uint8Array)
    .update(Buffer.concat(parts))
    .digest()
}

/** docs/format.md, Key slots: the key that wraps, and its commitment. */
function slotKeys(secret: Uint8Array, { repository, id, root }: SlotFacts, salt: Uint8Array) {
  const mark = [u32(root.generation), idBytes(root.fingerprint)]
  const info = labelled("bcopy-key-slot", idBytes(repository), idBytes(id), ...mark)
  return deriveKeys(secret, salt, info, 2) as readonly [Uint8Array, Uint8Array]
}

/** docs/format.md, Key slots: everything that the slot says beside what it wraps, each part behind its length. */
function associated({ createdAtMs, label = "", hint = "" }: SlotFacts, how: SlotMeans): Uint8Array {
  return Buffer.concat(
    [how.type, String(createdAtMs), label, hint, ...partsOf(how)].flatMap((part) => {
      const bytes = Buffer.from(part as string)
      return [u32(bytes.length), bytes]
    }),
  )
}

function partsOf(how: SlotMeans): readonly (string | Uint8Array)[] {
  if (how.type === "recovery") return [how.publicKey, how.encapsulated]
  if (how.type === "external") return [how.provider, how.keyId, how.wrapped]
  const { memoryKiB, passes, lanes, salt } = how.kdf
  return [String(memoryKiB), String(passes), String(lanes), salt]
}

function fromHex(hex: string): Uint8Array {
  return Buffer.from(hex, "hex")
}
