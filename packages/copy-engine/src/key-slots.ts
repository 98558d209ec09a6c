import { findSetting, type RootMark } from "@bcopy/chain-format"
import { type CryptoError, fingerprintOf, isProven, type KeySlot, type Secret, unlock } from "@bcopy/crypto"
import { isStoreError, parseObjectKey } from "@bcopy/repo"
import { EngineError } from "./engine-error.ts"
import { type BrokenSlot, listSlots, readSlots, slotKey, storeSlot } from "./key-objects.ts"
import { lockNewSlots } from "./locks/lock-rotation.ts"
import { type NewSlot, wrapFor } from "./make-keys.ts"
import { type Repository, requireWritable } from "./repository.ts"
import type { RepositoryKeys } from "./unlock-repository.ts"

interface Abortable {
  readonly signal?: AbortSignal
}

/** So much of its id names a slot. */
const MIN_ID_LETTERS = 4

/** A key slot, as `bcopy keys list` tells of it. */
export interface ListedSlot {
  readonly slot: KeySlot
  /**
   * Of the generation in force; left over from one before; of a rotation that was not carried through; or laid there by
   * somebody who did not hold the ring.
   */
  readonly state: "in force" | "left over" | "unfinished" | "not ours"
  /** Whether the repository was opened by it. */
  readonly opened: boolean
}

/** Who can open a repository. */
export interface KeyOverview {
  readonly inForce: RootMark
  /** Whether what earlier generations seal is believed no more: not before their rotation has reached every log. */
  readonly areEpochsEnded: boolean
  readonly slots: readonly ListedSlot[]
  /** Slots that are not as they were written. */
  readonly broken: readonly BrokenSlot[]
}

/** Reads the key slots as they are now. @throws EngineError `Refused` for a repository in the clear */
export async function listKeys(repository: Repository, options: Abortable = {}): Promise<KeyOverview> {
  const keys = requireKeys(repository)
  const { slots, broken } = await storedSlots(repository, options)
  const inForce = rootInForce(repository)
  return {
    inForce,
    areEpochsEnded: areEpochsEnded(repository),
    broken,
    slots: slots
      .map((slot) => ({ slot, state: stateOf(slot, inForce, keys), opened: slot.id === keys.slot.id }))
      .toSorted((a, b) => a.slot.createdAtMs - b.slot.createdAtMs || (a.slot.id < b.slot.id ? -1 : 1)),
  }
}

/** Gives somebody else a way to open the repository. @throws EngineError; CryptoError `BadArgument` */
export async function addKeySlot(repository: Repository, made: NewSlot, options: Abortable = {}): Promise<KeySlot> {
  const { store, storeTime, seams } = repository
  const keys = requireRoot(repository)
  const { slots } = await storedSlots(repository, options)
  // A salt is shared with slots of our own only.
  const own = slots.filter((one) => isProven(one, keys.ring))
  const [slot] = await wrapFor(keys.ring, [made], own, { atMs: storeTime.now(), random: seams.random })
  if (slot === undefined) throw new Error("a slot was made")
  await storeSlot(store, slot, options)
  await lockNewSlots(repository, [slotKey(slot)], options)
  return slot
}

/** What became of a slot that was to go. */
export interface RemovedSlot {
  readonly slot: KeySlot
  /** Until when the store keeps it: it still opens with its old secret. `undefined` if it is gone. */
  readonly lockedUntilMs?: number
}

/**
 * Takes a slot away. Who held its secret and copied the slot before, or knows the root, can still open what is there:
 * only a rotation shuts him out of what comes. With `dryRun` it is only found out whether it would go.
 * @throws EngineError `NotFound`; `Refused` for the last one
 */
export async function removeKeySlot(
  repository: Repository,
  id: string,
  options: Abortable & { readonly dryRun?: boolean } = {},
): Promise<RemovedSlot> {
  requireRoot(repository)
  const { slots } = await listKeys(repository, options)
  const found = slots.filter(({ slot }) => slot.id.startsWith(id))
  const [listed] = found
  if (id.length < MIN_ID_LETTERS || listed === undefined || found.length > 1) {
    const why =
      id.length < MIN_ID_LETTERS
        ? `a key slot is named by ${MIN_ID_LETTERS} characters of its id or more, not by ${JSON.stringify(id)}`
        : `${repository.name} has ${found.length === 0 ? "no key slot" : `${found.length} key slots`} ${id}`
    throw new EngineError("NotFound", why, {
      hint: "`bcopy keys list` lists them; give the beginning of exactly one id.",
    })
  }
  const left = slots.filter(({ slot, state }) => state === "in force" && slot !== listed.slot)
  if (left.length === 0) throw isLast(listed.slot)
  if (options.dryRun === true) return { slot: listed.slot }
  const removed = await removeSlot(repository, listed.slot, options)
  // Of two who remove the last two at once, each gives back what it took.
  const now = await listKeys(repository, options)
  if (!now.slots.some(({ state }) => state === "in force")) {
    await storeSlot(repository.store, listed.slot, options)
    throw isLast(listed.slot)
  }
  return removed
}

/** Replaces the password that opened the repository: the keys are wrapped for the new one, then the old slot goes. */
export async function changePassword(
  repository: Repository,
  { password, hint, label }: { readonly password: string; readonly hint?: string; readonly label?: string },
  options: Abortable = {},
): Promise<{ readonly made: KeySlot; readonly removed: RemovedSlot }> {
  const { slot } = requireRoot(repository)
  if (slot.means.type !== "password")
    throw new EngineError(
      "Refused",
      `${repository.name} was not opened by a password, so there is none to be changed`,
      {
        hint: "Give the password that is to be changed.",
      },
    )
  const name = label ?? slot.label
  const fresh: NewSlot = {
    holder: { type: "password", password },
    ...(name !== undefined && { label: name }),
    ...(hint !== undefined && { hint }),
  }
  const made = await addKeySlot(repository, fresh, options)
  return { made, removed: await removeSlot(repository, slot, options) }
}

/** Which slots a secret opens, and what is wrong with those that it should. */
export async function tryKey(
  repository: Repository,
  secret: Secret,
  options: Abortable = {},
): Promise<{ readonly opened: readonly KeySlot[]; readonly failures: readonly CryptoError[] }> {
  const { slots } = await storedSlots(repository, options)
  const { opened, failures } = await unlock(slots, secret)
  return { opened: opened.map(({ slot }) => slot), failures }
}

/** Takes a slot away, or says until when it cannot. */
export async function removeSlot(repository: Repository, slot: KeySlot, options: Abortable): Promise<RemovedSlot> {
  const key = parseObjectKey(slotKey(slot))
  try {
    await repository.store.removeOwn(key, options)
    return { slot }
  } catch (error) {
    if (!isStoreError(error) || error.code !== "Locked") throw error
    const head = await repository.store.head(key, options)
    return { slot, lockedUntilMs: head?.retainUntilMs ?? Number.MAX_SAFE_INTEGER }
  }
}

/** The keys of an encrypted repository. @throws EngineError `Refused` */
export function requireKeys({ name, keys }: Repository): RepositoryKeys {
  if (keys !== undefined) return keys
  throw new EngineError("Refused", `${name} is not encrypted: it has no keys`, {
    hint: "Whether a repository is encrypted is decided when it is made. To change it, start a new one beside it.",
  })
}

/** The keys of the generation in force, to wrap its ring. @throws EngineError */
export function requireRoot(repository: Repository): RepositoryKeys {
  const keys = requireKeys(repository)
  requireWritable(repository)
  const { generation, fingerprint } = rootInForce(repository)
  if (keys.ring.generation === generation && fingerprintOf(keys.ring, generation) === fingerprint) return keys
  throw new EngineError(
    "NotWritable",
    `${repository.name}: this key opens generation ${keys.ring.generation}, and generation ${generation} is in force`,
    { hint: "A rotation was not carried through: run `bcopy keys rotate` again." },
  )
}

/** The root generation in force. */
export function rootInForce(repository: Repository): RootMark {
  const setting = findSetting(repository.settings.entry, "root")
  if (setting !== undefined) return { generation: setting.generation, fingerprint: setting.fingerprint }
  const { ring } = requireKeys(repository)
  return { generation: ring.generation, fingerprint: fingerprintOf(ring, ring.generation) as string }
}

/** Whether every log has an entry under the epoch in force: what earlier epochs seal from then on is not believed. */
export function areEpochsEnded(repository: Repository): boolean {
  if (repository.keys === undefined) return true
  const { generation } = rootInForce(repository)
  return generation === 1 || findSetting(repository.settings.entry, "ended")?.below === generation
}

/** The key slots as they are now. */
export async function storedSlots({ store, birth }: Repository, options: Abortable) {
  const { names } = await listSlots(store, options)
  return readSlots(store, birth.repository, names, options)
}

function stateOf(slot: KeySlot, inForce: RootMark, { ring, others }: RepositoryKeys): ListedSlot["state"] {
  const { root } = slot
  const isOurs = [ring, ...others.map((one) => one.ring)].some((one) => isProven(slot, one))
  if (root.fingerprint === inForce.fingerprint) return isOurs ? "in force" : "not ours"
  if (root.generation > inForce.generation) return "unfinished"
  return isOurs ? "left over" : "not ours"
}

function isLast({ id }: KeySlot): EngineError {
  return new EngineError("Refused", `key slot ${id.slice(0, 8)} is the last one: without it nothing can be opened`, {
    hint: "Add another one first: `bcopy keys add`.",
  })
}
