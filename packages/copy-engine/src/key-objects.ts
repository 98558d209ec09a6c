import {
  BIRTH_KEY,
  decodeSmallObject,
  encodeSmallObject,
  isFormatError,
  layout,
  type RepositoryId,
} from "@bcopy/chain-format"
import { isCryptoError, type KeySlot, parseKeySlot } from "@bcopy/crypto"
import { parseObjectKey, type WriteOnceStore } from "@bcopy/repo"
import { clearSuite } from "./clear-suite.ts"
import { zstdCodec } from "./node-primitives.ts"

interface Abortable {
  readonly signal?: AbortSignal
}

export type SlotType = KeySlot["means"]["type"]

/** A key slot by its name: what opens it, and its id. */
export interface SlotName {
  readonly type: SlotType
  readonly id: string
}

/** A slot that is not as it was written, and why. */
export interface BrokenSlot extends SlotName {
  readonly message: string
}

/** More slots of a type than anybody needs: whoever may write could plant any number, which must not hide those of another. */
const MAX_SLOTS = 256
/** Slots, and the newest entries of the settings log, which lists behind them. */
const PAGE_KEYS = 64

/** The key slots that lie in a repository, and what else the listing showed. */
export interface ListedSlots {
  readonly names: readonly SlotName[]
  /** Keys of the newest entries of the repository's settings log, as far as they were seen. */
  readonly settings: readonly string[]
}

/** Lists the key slots. The settings log lists right behind them: one request shows both. */
export async function listSlots(store: WriteOnceStore, options: Abortable = {}): Promise<ListedSlots> {
  const names: SlotName[] = []
  const settings: string[] = []
  for (let after: string = BIRTH_KEY; ;) {
    const page = await store.list("", { after, limit: PAGE_KEYS, ...options })
    for (const { key } of page.objects) {
      const [, type, id] = /^keys\/(password|recovery|external)-([0-9a-f]{32})$/.exec(key) ?? []
      if (id !== undefined && countOf(type as SlotType) < MAX_SLOTS) names.push({ type: type as SlotType, id })
      if (key.startsWith(layout.repositorySettings)) settings.push(key)
    }
    const last = page.objects.at(-1)?.key ?? ""
    if (page.next === undefined || last > layout.keys.replace("/", "0")) return { names, settings }
    const [, type] = /^keys\/(password|recovery|external)-/.exec(last) ?? []
    // Of a type that is full the rest is passed over: "." follows "-".
    const isFull = type !== undefined && countOf(type as SlotType) >= MAX_SLOTS
    after = isFull ? `${layout.keys}${type}.` : page.next
  }

  function countOf(wanted: SlotType): number {
    return names.filter(({ type }) => type === wanted).length
  }
}

/**
 * Reads slots, the oldest first by the store's clock. Those of other repositories, and those that have gone meanwhile, are
 * passed over.
 */
export async function readSlots(
  store: WriteOnceStore,
  repository: RepositoryId,
  names: readonly SlotName[],
  options: Abortable = {},
): Promise<{ readonly slots: readonly KeySlot[]; readonly broken: readonly BrokenSlot[] }> {
  const read = await Promise.all(names.map((name) => readSlot(store, name, options)))
  const found = read
    .filter((one) => one !== undefined)
    .toSorted((a, b) => a.modifiedAtMs - b.modifiedAtMs)
    .map(({ slot }) => slot)
  return {
    slots: found.filter((slot) => "means" in slot).filter((slot) => slot.repository === repository),
    broken: found.filter((slot) => "message" in slot),
  }
}

async function readSlot(
  store: WriteOnceStore,
  { type, id }: SlotName,
  options: Abortable,
): Promise<{ readonly slot: KeySlot | BrokenSlot; readonly modifiedAtMs: number } | undefined> {
  const objectKey = layout.keySlot(type, id)
  const object = await store.read(parseObjectKey(objectKey), options)
  if (object === undefined) return undefined
  const { bytes, modifiedAtMs } = object
  return { slot: openSlot({ type, id }, bytes, objectKey), modifiedAtMs }
}

function openSlot({ type, id }: SlotName, bytes: Uint8Array, objectKey: string): KeySlot | BrokenSlot {
  try {
    const body = decodeSmallObject("keySlot", bytes, { suite: clearSuite(), codec: zstdCodec, objectKey })
    const slot = parseKeySlot(body, id)
    return slot.means.type === type ? slot : { type, id, message: `key slot ${id} opens by ${slot.means.type}` }
  } catch (error) {
    if (isFormatError(error) || isCryptoError(error)) return { type, id, message: error.message }
    throw error
  }
}

/** Stores a slot: sealed as in a clear repository, since it is what the key is found by. docs/format.md, Key slots */
export async function storeSlot(store: WriteOnceStore, slot: KeySlot, options: Abortable = {}): Promise<void> {
  const objectKey = slotKey(slot)
  const bytes = encodeSmallObject("keySlot", slot, { suite: clearSuite(), codec: zstdCodec, objectKey })
  await store.create(parseObjectKey(objectKey), bytes, options)
}

/** The key of a slot's object. */
export function slotKey({ id, means }: KeySlot): string {
  return layout.keySlot(means.type, id)
}
