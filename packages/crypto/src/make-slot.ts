import { CryptoError } from "./crypto-error.ts"
import { KEY_BYTES, labelled } from "./derive-keys.ts"
import { exportTo } from "./hpke.ts"
import type { KeyRing, Random } from "./key-ring.ts"
import { type KeySlot, MAX_TEXT, type SlotFacts, type SlotMeans, wrapRing } from "./key-slot.ts"
import {
  defaultPasswordParameters,
  PASSWORD_SALT_BYTES,
  passwordBytes,
  passwordKey,
  type PasswordParameters,
  requireStrong,
} from "./password-key.ts"

/** docs/format.md, Key slots: what binds a recovery slot's secret. */
export const RECOVERY_INFO = labelled("bcopy-recovery")

/** A key that a service keeps and never gives away. */
export interface ExternalKey {
  /** What kind of service: `aws-kms`. */
  readonly provider: string
  /** Which key, as it is written into the slot. */
  readonly keyId: string
  wrap(secret: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array>
  unwrap(wrapped: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array>
}

/** Whom a slot is for. */
export type SlotHolder =
  | { readonly type: "password"; readonly password: string; readonly parameters?: PasswordParameters }
  | { readonly type: "recovery"; readonly publicKey: Uint8Array }
  | { readonly type: "external"; readonly key: ExternalKey }

export interface MakeSlotOptions {
  readonly ring: KeyRing
  readonly facts: Omit<SlotFacts, "root" | "repository">
  readonly holder: SlotHolder
  /** The slots that are there: password slots of equal parameters share a salt, so that one run of Argon2id tries them all. */
  readonly siblings?: readonly KeySlot[]
  readonly random: Random
}

/** Wraps a ring for a holder. @throws CryptoError `BadArgument`, `TooCostly`; what the external key throws */
export async function makeSlot({ ring, facts, holder, siblings = [], random }: MakeSlotOptions): Promise<KeySlot> {
  for (const text of [facts.label, facts.hint]) requireShort(text)
  if (holder.type === "password") {
    const { password, parameters = defaultPasswordParameters } = holder
    requireStrong(parameters)
    requireSilent(facts.hint, password)
    const how: SlotMeans = { type: "password", kdf: { ...parameters, salt: saltFor(parameters, siblings, random) } }
    return wrapRing(ring, facts, how, await passwordKey(password, how.kdf.salt, parameters), random)
  }
  if (holder.type === "recovery") {
    const { publicKey } = holder
    const { encapsulated, secret } = exportTo(
      publicKey,
      RECOVERY_INFO,
      contextOf({ ...facts, repository: ring.repository }),
    )
    return wrapRing(ring, facts, { type: "recovery", publicKey, encapsulated }, secret, random)
  }
  const { provider } = holder.key
  const secret = random(KEY_BYTES)
  const wrapped = await holder.key.wrap(secret, encryptionContext(ring.repository))
  return wrapRing(ring, facts, { type: "external", provider, keyId: holder.key.keyId, wrapped }, secret, random)
}

/** What an external key is asked to bind the secret to. */
export function encryptionContext(repository: string): Readonly<Record<string, string>> {
  return { "bcopy-repository": repository }
}

/** What a recovery slot's secret is exported for: the repository and the slot. */
export function contextOf({ repository, id }: Pick<SlotFacts, "repository" | "id">): Uint8Array {
  return Buffer.from(`${repository}${id}`, "hex")
}

/** Parameters are the same if the numbers are. */
export function sameParameters(one: PasswordParameters, other: PasswordParameters): boolean {
  return one.memoryKiB === other.memoryKiB && one.passes === other.passes && one.lanes === other.lanes
}

function saltFor(parameters: PasswordParameters, siblings: readonly KeySlot[], random: Random): Uint8Array {
  for (const { means } of siblings)
    if (means.type === "password" && sameParameters(means.kdf, parameters)) return means.kdf.salt
  return random(PASSWORD_SALT_BYTES)
}

/** What is longer, no reader takes. */
function requireShort(text = ""): void {
  if (text.length > MAX_TEXT)
    throw new CryptoError("BadArgument", `a key slot's label or hint of ${text.length} characters, at most ${MAX_TEXT}`)
}

/** A hint is for everybody to read. */
function requireSilent(hint: string | undefined, password: string): void {
  passwordBytes(password).fill(0)
  const fold = (text: string) => text.normalize("NFC").toLowerCase()
  if (hint !== undefined && fold(hint).includes(fold(password)))
    throw new CryptoError("BadArgument", "the hint holds the password, and everybody can read it")
}
