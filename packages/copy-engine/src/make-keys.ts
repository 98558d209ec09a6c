import { randomId, type RepositoryId, type RootMark } from "@bcopy/chain-format"
import { firstGeneration, isProven, type KeyRing, type KeySlot, makeSlot, markOf, type SlotHolder } from "@bcopy/crypto"
import { parseObjectKey, type WriteOnceStore } from "@bcopy/repo"
import { listSlots, readSlots, slotKey, storeSlot } from "./key-objects.ts"
import type { RepositoryKeys } from "./unlock-repository.ts"

/** A key slot to be made. */
export interface NewSlot {
  readonly holder: SlotHolder
  readonly label?: string
  readonly hint?: string
}

/** What a recovery kit says beside its key. */
export interface RecoveryMaterial {
  readonly repository: RepositoryId
  readonly name: string
  readonly root: RootMark
  readonly atMs: number
}

export interface MakeKeysOptions {
  readonly slots: readonly NewSlot[]
  readonly onKeys?: (made: RecoveryMaterial) => Promise<void>
}

interface Surroundings {
  /** The store's time. */
  readonly now: () => number
  readonly random: (count: number) => Uint8Array
  readonly signal?: AbortSignal
}

/** The keys of a repository that is about to be born, stored. */
export interface MadeKeys {
  readonly keys: RepositoryKeys
  readonly mark: RootMark
  /** Takes away what was stored. */
  readonly discard: () => Promise<void>
}

/** Makes the first root generation of a repository, and stores its slots. */
export async function makeKeys(
  store: WriteOnceStore,
  repository: RepositoryId,
  { slots, onKeys }: MakeKeysOptions,
  { now, random, signal }: Surroundings,
): Promise<MadeKeys> {
  const abortable = signal === undefined ? {} : { signal }
  const ring = firstGeneration(repository, random)
  const mark = markOf(ring)
  const atMs = now()
  await onKeys?.({ repository, name: store.name, root: mark, atMs })
  const wrapped = await wrapFor(ring, slots, [], { atMs, random })
  for (const slot of wrapped) await storeSlot(store, slot, abortable)
  return {
    mark,
    keys: { ring, slot: wrapped[0] as KeySlot, others: [] },
    async discard() {
      for (const slot of wrapped) await store.removeOwn(parseObjectKey(slotKey(slot)), abortable)
    },
  }
}

/** Gives a repository that is not yet whole the slots that are asked for now, in place of those that it has. */
export async function replaceSlots(
  store: WriteOnceStore,
  { ring }: RepositoryKeys,
  { slots, onKeys }: MakeKeysOptions,
  { now, random, name, signal }: Surroundings & { readonly name: string },
): Promise<void> {
  const abortable = signal === undefined ? {} : { signal }
  const repository = ring.repository as RepositoryId
  const { names } = await listSlots(store, abortable)
  const { slots: old } = await readSlots(store, repository, names, abortable)
  const own = old.filter((slot) => isProven(slot, ring))
  const atMs = now()
  await onKeys?.({ repository, name, root: markOf(ring), atMs })
  for (const slot of await wrapFor(ring, slots, own, { atMs, random })) await storeSlot(store, slot, abortable)
  for (const slot of old) await store.removeOwn(parseObjectKey(slotKey(slot)), abortable)
}

/** Wraps a ring for new holders, beside the slots that there are. */
export async function wrapFor(
  ring: KeyRing,
  slots: readonly NewSlot[],
  siblings: readonly KeySlot[],
  { atMs, random }: { readonly atMs: number; readonly random: (count: number) => Uint8Array },
): Promise<readonly KeySlot[]> {
  const made: KeySlot[] = []
  for (const { holder, label, hint } of slots) {
    const facts = {
      id: randomId(random(16)) as string,
      createdAtMs: atMs,
      ...(label !== undefined && { label }),
      ...(hint !== undefined && { hint }),
    }
    made.push(await makeSlot({ ring, facts, holder, siblings: [...siblings, ...made], random }))
  }
  return made
}
