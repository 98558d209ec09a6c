import type { KeyObject } from "node:crypto"
import { isFormatError, type EncryptedBirth, type RootMark } from "@bcopy/chain-format"
import {
  descendsFrom,
  isCryptoError,
  type KeyRing,
  type KeySlot,
  type Secret,
  unlock,
  type Unlocked,
} from "@bcopy/crypto"
import type { WriteOnceStore } from "@bcopy/repo"
import { EngineError } from "./engine-error.ts"
import { readRing, readStoredKeys, type StoredKeys } from "./key-objects.ts"

/** How the engine comes by the key of a repository. */
export interface KeyAccess {
  /** Whether a key was given for this very repository: it is then never written in the clear. */
  readonly given: boolean
  /**
   * The fingerprint of a root generation that is known to be the repository's, as a recovery kit says it. Needed to write
   * where the secret alone does not prove that: everybody can wrap a root for a public key.
   */
  readonly root?: Pick<RootMark, "fingerprint">
  /** Secrets to try, one after the other, until one opens. What is asked of a person is asked when its turn comes. */
  secrets(asked: { readonly name: string; readonly slots: readonly KeySlot[] }): AsyncIterable<Secret>
}

/** The keys of an opened repository. */
export interface RepositoryKeys {
  readonly ring: KeyRing
  /** The secret of the ring's generation. */
  readonly root: KeyObject
  /** The slot that it was found in. */
  readonly slot: KeySlot
  /** All slots, as they were read. */
  readonly stored: StoredKeys
  /** Roots of other generations that the secret opened too: a rotation was not carried through, or not tidied up. */
  readonly others?: readonly Unlocked[]
}

/**
 * The keys of the generation in force, where the secret opens that too: a rotation that was not carried through leaves
 * newer slots that nobody works with.
 */
export async function keysInForce(
  store: WriteOnceStore,
  birth: EncryptedBirth,
  keys: RepositoryKeys,
  generation: number,
  options: { readonly signal?: AbortSignal } = {},
): Promise<RepositoryKeys> {
  if (keys.ring.generation === generation) return keys
  const found = keys.others?.find(({ slot }) => slot.generation === generation)
  if (found === undefined) return keys
  const { slot, root } = found
  return {
    ...keys,
    slot,
    root,
    ring: await readRing(store, birth.repository, { epoch: generation, key: root }, options),
  }
}

/** Finds the keys of an encrypted repository. @throws EngineError `WrongKey`, `Damaged` */
export async function unlockRepository(
  store: WriteOnceStore,
  birth: EncryptedBirth,
  access: KeyAccess | undefined,
  options: { readonly signal?: AbortSignal } = {},
): Promise<RepositoryKeys> {
  const { name } = store
  const stored = await readStoredKeys(store, birth.repository, options)
  const { slots, broken } = stored
  if (slots.length === 0 && broken.length === 0)
    throw new EngineError("Damaged", `${name} is encrypted, and all its key slots are gone`, {
      hint: "Put the objects under keys/ back from another copy of the repository: without one of them nothing can be opened.",
    })
  const why: string[] = broken.map(({ message }) => message)
  let tried = 0
  for await (const secret of access?.secrets({ name, slots }) ?? []) {
    tried++
    const { opened, failures } = await unlock(slots, secret)
    why.push(...failures.map(({ message }) => message))
    for (const { slot, root } of opened) {
      try {
        const key = { epoch: slot.generation, key: root }
        const ring = await readRing(store, birth.repository, key, options)
        const others = opened.filter((other) => other.slot !== slot)
        if (descendsFrom(ring, birth.root)) return { ring, root, slot, stored, others }
        why.push(`key slot ${slot.id} wraps a root that is not this repository's`)
      } catch (error) {
        if (!isFormatError(error) && !isCryptoError(error)) throw error
        why.push(error.message)
      }
    }
  }
  const because = why.length === 0 ? "" : ` (${why.join("; ")})`
  if (tried === 0)
    throw new EngineError("WrongKey", `${name} is encrypted, and no key was given${because}`, { hint: hintOf(slots) })
  throw new EngineError("WrongKey", `${name}: the given key opens none of its ${slots.length} key slots${because}`, {
    hint: hintOf(slots),
  })
}

/** What reminds of the passwords that open the slots. */
function hintOf(slots: readonly KeySlot[]): string {
  const reminders = slots.flatMap(({ hint }) => (hint === undefined ? [] : [`"${hint}"`]))
  const kinds = [...new Set(slots.map(({ means }) => (means.type === "external" ? means.provider : means.type)))]
  const reminder = reminders.length === 0 ? "" : `; password hint: ${reminders.join(", ")}`
  return `It opens with: ${kinds.join(", ")}${reminder}.`
}
