import { CryptoError, isCryptoError } from "./crypto-error.ts"
import { exportFrom, publicHalf } from "./hpke.ts"
import type { KeySlot } from "./key-slot.ts"
import { unwrapRing } from "./key-slot.ts"
import type { KeyRing } from "./key-ring.ts"
import { contextOf, encryptionContext, type ExternalKey, RECOVERY_INFO, sameParameters } from "./make-slot.ts"
import { passwordKey } from "./password-key.ts"

/** Sets of Argon2id parameters that one password is tried with: whoever may write could plant any number. */
const MAX_PARAMETER_SETS = 8

/** What opens a slot. */
export type Secret =
  | { readonly type: "password"; readonly password: string }
  | { readonly type: "recovery"; readonly privateKey: Uint8Array }
  | { readonly type: "external"; readonly key: ExternalKey }

/** A slot that opened, and the ring that it wraps. */
export interface Unlocked {
  readonly slot: KeySlot
  readonly ring: KeyRing
}

/** What came of trying a secret. */
export interface UnlockResult {
  /** Newest generation first. */
  readonly opened: readonly Unlocked[]
  /** Slots that this secret should open and that are damaged, or ask for too much. */
  readonly failures: readonly CryptoError[]
}

/**
 * Tries a secret on all slots that it might open. They should come oldest first: a password is tried with eight sets of
 * parameters at most, and who plants slots comes after those that are there. That none opens is no error here; what an external key throws is, unless another slot of that key
 * opens: whoever may write could plant a slot that the key's service refuses.
 * @throws CryptoError `BadArgument` for what is no password or no private key
 */
export async function unlock(slots: readonly KeySlot[], secret: Secret): Promise<UnlockResult> {
  const opened: Unlocked[] = []
  const failures: CryptoError[] = []
  const attempt = (slot: KeySlot, found: () => Uint8Array) => {
    try {
      const ring = unwrapRing(slot, found())
      if (ring !== undefined) opened.push({ slot, ring })
    } catch (error) {
      if (!isCryptoError(error)) throw error
      failures.push(error)
    }
  }
  if (secret.type === "password") await tryPassword(slots, secret.password, attempt, failures)
  else if (secret.type === "recovery") {
    const mine = Buffer.from(publicHalf(secret.privateKey))
    for (const slot of slots) {
      const { means } = slot
      if (means.type === "recovery" && mine.equals(means.publicKey))
        attempt(slot, () => recoverySecret(slot, means.encapsulated, secret.privateKey))
    }
  } else {
    const refusals = await tryExternal(slots, secret.key, attempt)
    if (opened.length === 0 && refusals.length > 0) throw refusals[0]
  }
  return { opened: opened.toSorted((a, b) => b.ring.generation - a.ring.generation), failures }
}

/** @throws CryptoError `Damaged` if somebody put a point of small order where the encapsulated key should be */
function recoverySecret(slot: KeySlot, encapsulated: Uint8Array, privateKey: Uint8Array): Uint8Array {
  try {
    return exportFrom(privateKey, encapsulated, RECOVERY_INFO, contextOf(slot))
  } catch (cause) {
    throw new CryptoError("Damaged", `key slot ${slot.id} is not as it was written`, { cause })
  }
}

/** @returns what the external key threw, slot by slot */
async function tryExternal(
  slots: readonly KeySlot[],
  key: ExternalKey,
  attempt: (slot: KeySlot, secret: () => Uint8Array) => void,
): Promise<unknown[]> {
  const refusals: unknown[] = []
  for (const slot of slots) {
    const { means } = slot
    if (means.type !== "external" || means.provider !== key.provider || means.keyId !== key.keyId) continue
    try {
      const found = await key.unwrap(means.wrapped, encryptionContext(slot.repository))
      attempt(slot, () => found)
    } catch (error) {
      refusals.push(error)
    }
  }
  return refusals
}

/**
 * One run of Argon2id for each set of parameters: in turns those of the newest generation, which whoever plants slots can
 * claim to be, and those that come first, where the oldest do.
 */
async function tryPassword(
  slots: readonly KeySlot[],
  password: string,
  attempt: (slot: KeySlot, secret: () => Uint8Array) => void,
  failures: CryptoError[],
): Promise<void> {
  const sets: { readonly of: KeySlot[]; readonly kdf: Extract<KeySlot["means"], { type: "password" }>["kdf"] }[] = []
  for (const slot of alternately(
    slots.toSorted((a, b) => b.root.generation - a.root.generation),
    slots,
  )) {
    if (slot.means.type !== "password") continue
    const { kdf } = slot.means
    const set = sets.find((one) => sameParameters(one.kdf, kdf) && Buffer.from(one.kdf.salt).equals(kdf.salt))
    if (set === undefined) sets.push({ of: [slot], kdf })
    else set.of.push(slot)
  }
  for (const { of, kdf } of sets.slice(0, MAX_PARAMETER_SETS)) {
    let found: Uint8Array
    try {
      found = await passwordKey(password, kdf.salt, kdf)
    } catch (error) {
      if (!(error instanceof CryptoError) || error.code !== "TooCostly") throw error
      failures.push(error)
      continue
    }
    for (const slot of of) attempt(slot, () => Uint8Array.from(found))
    found.fill(0)
  }
  if (sets.length > MAX_PARAMETER_SETS)
    failures.push(
      new CryptoError("TooCostly", `${sets.length} sets of password parameters, only ${MAX_PARAMETER_SETS} were tried`),
    )
}

/** First of one, first of the other, second of one …, each once. */
function alternately<Item>(one: readonly Item[], other: readonly Item[]): ReadonlySet<Item> {
  return new Set(one.flatMap((item, at) => [item, other[at] as Item]))
}
