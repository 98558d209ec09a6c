import { layout, randomId, type RepositoryId, type RootMark } from "@bcopy/chain-format"
import {
  fingerprintOf,
  firstGeneration,
  type KeySlot,
  makeSlot,
  type RootGeneration,
  type SlotHolder,
} from "@bcopy/crypto"
import { parseObjectKey, type WriteOnceStore } from "@bcopy/repo"
import { readStoredKeys, storeRing, storeSlot } from "./key-objects.ts"
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

/** Makes the first root generation of a repository, and its slots; stores the ring, then the slots. */
export async function makeKeys(
  store: WriteOnceStore,
  repository: RepositoryId,
  { slots, onKeys }: MakeKeysOptions,
  { now, random, signal }: Surroundings,
): Promise<MadeKeys> {
  const abortable = signal === undefined ? {} : { signal }
  // Rings of repositories that were never born may be in the way: theirs are numbers like any other.
  const { generations } = await readStoredKeys(store, repository, abortable)
  const made = firstGeneration(repository, (generations.at(-1) ?? 0) + 1, random)
  const mark = markOf(made)
  const atMs = now()
  await onKeys?.({ repository, name: store.name, root: mark, atMs })
  const wrapped = await wrapFor(made, slots, [], { atMs, random })
  if ((await storeRing(store, made, abortable)) === "lost")
    return makeKeys(store, repository, { slots, ...(onKeys && { onKeys }) }, { now, random, ...abortable })
  for (const slot of wrapped) await storeSlot(store, slot, abortable)
  const stored = { slots: wrapped, broken: [], generations: [mark.generation] }
  return {
    mark,
    keys: { ...made, slot: wrapped[0] as KeySlot, stored },
    async discard() {
      const names = [...wrapped.map(({ id }) => layout.keySlot(id)), layout.keyRing(mark.generation)]
      for (const name of names) await store.removeOwn(parseObjectKey(name), abortable)
    },
  }
}

/** Gives a repository that is not yet whole the slots that are asked for now, in place of those that it has. */
export async function replaceSlots(
  store: WriteOnceStore,
  { root, ring, stored }: RepositoryKeys,
  { slots, onKeys }: MakeKeysOptions,
  { now, random, name, signal }: Surroundings & { readonly name: string },
): Promise<void> {
  const abortable = signal === undefined ? {} : { signal }
  const made = { root, ring }
  const atMs = now()
  await onKeys?.({ repository: ring.repository as RepositoryId, name, root: markOf(made), atMs })
  for (const slot of await wrapFor(made, slots, stored.slots, { atMs, random })) await storeSlot(store, slot, abortable)
  for (const { id } of stored.slots) await store.removeOwn(parseObjectKey(layout.keySlot(id)), abortable)
}

/** Wraps a root for new holders, beside the slots that there are. */
export async function wrapFor(
  { root, ring }: RootGeneration,
  slots: readonly NewSlot[],
  siblings: readonly KeySlot[],
  { atMs, random }: { readonly atMs: number; readonly random: (count: number) => Uint8Array },
): Promise<readonly KeySlot[]> {
  const made: KeySlot[] = []
  for (const { holder, label, hint } of slots) {
    const facts = {
      id: randomId(random(16)) as string,
      repository: ring.repository,
      generation: ring.generation,
      createdAtMs: atMs,
      ...(label !== undefined && { label }),
      ...(hint !== undefined && { hint }),
    }
    made.push(await makeSlot({ root, facts, holder, siblings: [...siblings, ...made], random }))
  }
  return made
}

/** A generation by its number and fingerprint. */
export function markOf({ ring }: Pick<RootGeneration, "ring">): RootMark {
  const { generation } = ring
  return { generation, fingerprint: fingerprintOf(ring, generation) as string }
}
