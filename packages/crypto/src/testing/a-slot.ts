import { randomBytes } from "node:crypto"
import { firstGeneration, type KeyRing } from "../key-ring.ts"
import type { KeySlot, SlotFacts } from "../key-slot.ts"
import { type ExternalKey, makeSlot, type SlotHolder } from "../make-slot.ts"

export const random = (count: number) => new Uint8Array(randomBytes(count))

/** The least that a writer may use: what is tested does not depend on the costs. */
export const leastParameters = { memoryKiB: 47 << 10, passes: 1, lanes: 1 }

export const aRing = (repository = "ab".repeat(16)): KeyRing => firstGeneration(repository, random)

let made = 0

export interface ASlotOptions extends Partial<Pick<SlotFacts, "id" | "createdAtMs" | "label" | "hint">> {
  readonly ring?: KeyRing
  readonly siblings?: readonly KeySlot[]
}

/** A slot like any other, with an id of its own. */
export function aSlot(holder: SlotHolder, options: ASlotOptions = {}): Promise<KeySlot> {
  const { ring = aRing(), siblings = [], ...facts } = options
  const id = (++made).toString(16).padStart(32, "0")
  return makeSlot({ ring, facts: { id, createdAtMs: 1, ...facts }, holder, siblings, random })
}

/** A password's holder, at the least costs. */
export function aPassword(password: string): SlotHolder & { readonly type: "password" } {
  return { type: "password", password, parameters: leastParameters }
}

/** A service that keeps a key: it hides a secret behind a mask, and takes it back with the same context only. */
export function aService(keyId = "key-1"): ExternalKey {
  const masks = new Map<string, Uint8Array>()
  return {
    provider: "test",
    keyId,
    async wrap(secret, context) {
      const mask = random(secret.length)
      const wrapped = secret.map((byte, at) => byte ^ (mask[at] as number))
      masks.set(placeOf(wrapped, context), mask)
      return wrapped
    },
    async unwrap(wrapped, context) {
      const mask = masks.get(placeOf(wrapped, context)) ?? random(wrapped.length)
      return wrapped.map((byte, at) => byte ^ (mask[at] as number))
    },
  }
}

const placeOf = (wrapped: Uint8Array, context: object) =>
  `${Buffer.from(wrapped).toString("hex")} ${JSON.stringify(context)}`
