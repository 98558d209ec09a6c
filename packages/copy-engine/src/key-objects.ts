import {
  decodeSmallObject,
  encodeSmallObject,
  FormatError,
  isFormatError,
  layout,
  type RepositoryId,
  type SealSuite,
} from "@bcopy/chain-format"
import {
  type EpochKey,
  isCryptoError,
  type KeyRing,
  keyRingBody,
  type KeySlot,
  parseKeyRing,
  parseKeySlot,
  type RootGeneration,
  SUITE_ID,
} from "@bcopy/crypto"
import { parseObjectKey, type WriteOnceStore } from "@bcopy/repo"
import { clearSuite } from "./clear-suite.ts"
import { gcmSuite } from "./gcm-suite.ts"
import { randomBytes, zstdCodec } from "./node-primitives.ts"

interface Abortable {
  readonly signal?: AbortSignal
}

/** More slots than anybody needs: whoever may write could plant any number. */
const MAX_SLOTS = 256

/** What lies under `keys/`. */
export interface StoredKeys {
  readonly slots: readonly KeySlot[]
  /** Slots that are not as they were written, and why. */
  readonly broken: readonly { readonly id: string; readonly message: string }[]
  /** Numbers of the root generations whose rings are there, ascending; those that nobody can open any more among them. */
  readonly generations: readonly number[]
}

/** Lists and reads the key slots of a repository. Slots of other repositories are passed over. */
export async function readStoredKeys(
  store: WriteOnceStore,
  repository: RepositoryId,
  options: Abortable = {},
): Promise<StoredKeys> {
  const ids: string[] = []
  const generations: number[] = []
  for (let after: string | undefined; ;) {
    const page = await store.list(layout.keys, { ...(after !== undefined && { after }), ...options })
    for (const { key } of page.objects) {
      const name = key.slice(layout.keys.length)
      if (/^[0-9a-f]{32}$/.test(name)) ids.push(name)
      const [, ring] = /^epochs\/([0-9a-f]{8})$/.exec(name) ?? []
      if (ring !== undefined) generations.push(Number.parseInt(ring, 16))
    }
    if (page.next === undefined || ids.length >= MAX_SLOTS) break
    after = page.next
  }
  const read = await Promise.all(ids.slice(0, MAX_SLOTS).map((id) => readSlot(store, id, options)))
  return {
    slots: read.filter((slot) => slot !== undefined && "means" in slot && slot.repository === repository) as KeySlot[],
    broken: read.filter((slot) => slot !== undefined && "message" in slot),
    generations: generations.toSorted((a, b) => a - b),
  }
}

async function readSlot(
  store: WriteOnceStore,
  id: string,
  options: Abortable,
): Promise<KeySlot | { readonly id: string; readonly message: string } | undefined> {
  const objectKey = layout.keySlot(id)
  const object = await store.read(parseObjectKey(objectKey), options)
  if (object === undefined) return undefined
  try {
    const body = decodeSmallObject("keySlot", object.bytes, { suite: clearSuite(), codec: zstdCodec, objectKey })
    return parseKeySlot(body, id)
  } catch (error) {
    if (isFormatError(error) || isCryptoError(error)) return { id, message: error.message }
    throw error
  }
}

/** Stores a slot: sealed as in a clear repository, since it is what the key is found by. docs/format.md, Key slots */
export async function storeSlot(store: WriteOnceStore, slot: KeySlot, options: Abortable = {}): Promise<void> {
  const objectKey = layout.keySlot(slot.id)
  const bytes = encodeSmallObject("keySlot", slot, { suite: clearSuite(), codec: zstdCodec, objectKey })
  await store.create(parseObjectKey(objectKey), bytes, options)
}

/** Reads the ring that a root generation wraps. @throws FormatError, CryptoError if it is missing or not what was written */
export async function readRing(
  store: WriteOnceStore,
  repository: RepositoryId,
  root: EpochKey,
  options: Abortable = {},
): Promise<KeyRing> {
  const objectKey = layout.keyRing(root.epoch)
  const object = await store.read(parseObjectKey(objectKey), options)
  if (object === undefined) throw new FormatError("Missing", `${store.name}: key ring ${objectKey} is missing`)
  const suite = rootSuite(repository, root)
  const body = decodeSmallObject("epochKey", object.bytes, { suite, codec: zstdCodec, objectKey })
  return parseKeyRing(body, repository, root.epoch)
}

/** Stores the ring of a root generation: `lost` if another one has its number. */
export async function storeRing(
  store: WriteOnceStore,
  { root, ring }: RootGeneration,
  options: Abortable = {},
): Promise<"won" | "lost"> {
  const objectKey = layout.keyRing(ring.generation)
  const suite = rootSuite(ring.repository, { epoch: ring.generation, key: root })
  const bytes = encodeSmallObject("epochKey", keyRingBody(ring), { suite, codec: zstdCodec, objectKey })
  return (await store.create(parseObjectKey(objectKey), bytes, options)).outcome
}

/** docs/format.md, Key rings: sealed as everything else, under the root in place of an epoch's key. */
function rootSuite(repository: string, root: EpochKey): SealSuite {
  return gcmSuite({ suite: SUITE_ID, repository, sealEpoch: root.epoch, epochs: [root] }, randomBytes)
}
