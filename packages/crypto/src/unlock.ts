import type { KeyObject } from "node:crypto"
import { CryptoError } from "./crypto-error.ts"
import { exportFrom, publicHalf } from "./hpke.ts"
import type { KeySlot } from "./key-slot.ts"
import { unwrapRoot } from "./key-slot.ts"
import { contextOf, encryptionContext, type ExternalKey, RECOVERY_INFO, sameParameters } from "./make-slot.ts"
import { passwordKey } from "./password-key.ts"

/** Sets of Argon2id parameters that one password is tried with: whoever may write could plant any number. */
const MAX_PARAMETER_SETS = 8

/** What opens a slot. */
export type Secret =
  | { readonly type: "password"; readonly password: string }
  | { readonly type: "recovery"; readonly privateKey: Uint8Array }
  | { readonly type: "external"; readonly key: ExternalKey }

/** A slot that opened, and the root generation that it wraps. */
export interface Unlocked {
  readonly slot: KeySlot
  readonly root: KeyObject
}

/** What came of trying a secret. */
export interface UnlockResult {
  /** Newest generation first. */
  readonly opened: readonly Unlocked[]
  /** Slots that this secret should open and that are damaged, or ask for too much. */
  readonly failures: readonly CryptoError[]
}

/**
 * Tries a secret on all slots that it might open. That none opens is no error here; what an external key throws is.
 * @throws CryptoError `BadArgument` for what is no password
 */
export async function unlock(slots: readonly KeySlot[], secret: Secret): Promise<UnlockResult> {
  const opened: Unlocked[] = []
  const failures: CryptoError[] = []
  const attempt = (slot: KeySlot, found: Uint8Array) => {
    try {
      const root = unwrapRoot(slot, found)
      if (root !== undefined) opened.push({ slot, root })
    } catch (error) {
      failures.push(error as CryptoError)
    }
  }
  if (secret.type === "password") tryPassword(slots, secret.password, attempt, failures)
  else if (secret.type === "recovery") {
    const mine = Buffer.from(publicHalf(secret.privateKey))
    for (const slot of slots)
      if (slot.means.type === "recovery" && mine.equals(slot.means.publicKey))
        attempt(slot, exportFrom(secret.privateKey, slot.means.encapsulated, RECOVERY_INFO, contextOf(slot)))
  } else {
    const { key } = secret
    for (const slot of slots)
      if (slot.means.type === "external" && slot.means.provider === key.provider && slot.means.keyId === key.keyId)
        attempt(slot, await key.unwrap(slot.means.wrapped, encryptionContext(slot.repository)))
  }
  return { opened: opened.toSorted((a, b) => b.slot.generation - a.slot.generation), failures }
}

/** One run of Argon2id for each set of parameters, the slots of the newest generation first. */
function tryPassword(
  slots: readonly KeySlot[],
  password: string,
  attempt: (slot: KeySlot, secret: Uint8Array) => void,
  failures: CryptoError[],
): void {
  const sets: { readonly of: KeySlot[]; readonly kdf: Extract<KeySlot["means"], { type: "password" }>["kdf"] }[] = []
  for (const slot of slots.toSorted((a, b) => b.generation - a.generation)) {
    if (slot.means.type !== "password") continue
    const { kdf } = slot.means
    const set = sets.find((one) => sameParameters(one.kdf, kdf) && Buffer.from(one.kdf.salt).equals(kdf.salt))
    if (set === undefined) sets.push({ of: [slot], kdf })
    else set.of.push(slot)
  }
  for (const { of, kdf } of sets.slice(0, MAX_PARAMETER_SETS)) {
    let found: Uint8Array
    try {
      found = passwordKey(password, kdf.salt, kdf)
    } catch (error) {
      if (!(error instanceof CryptoError) || error.code !== "TooCostly") throw error
      failures.push(error)
      continue
    }
    for (const slot of of) attempt(slot, Uint8Array.from(found))
    found.fill(0)
  }
  if (sets.length > MAX_PARAMETER_SETS)
    failures.push(
      new CryptoError("TooCostly", `${sets.length} sets of password parameters, only ${MAX_PARAMETER_SETS} were tried`),
    )
}
