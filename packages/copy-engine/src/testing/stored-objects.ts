import {
  decodePackHeader,
  type ObjectKind,
  type Opening,
  openSlot,
  PACK_HEADER_BYTES,
  type RepositoryView,
} from "@bcopy/chain-format"
import type { MemoryStore, ObjectKey } from "@bcopy/repo"
import { slotRegions } from "./slot-regions.ts"

/** An object of a store. */
export interface StoredObject {
  readonly key: ObjectKey
  readonly kind: ObjectKind
  readonly bytes: Uint8Array
}

/** All sealed objects of a store, in the order of their keys: all but the birth certificate and key slots. */
export async function storedObjects(store: MemoryStore): Promise<readonly StoredObject[]> {
  const found: StoredObject[] = []
  for (const key of store.keys()) {
    if (!key.startsWith("backups/") && !key.startsWith("log/")) continue
    const bytes = (await store.read(key))?.bytes as Uint8Array
    found.push({ key, kind: decodePackHeader(bytes).kind, bytes })
  }
  return found
}

/** What seals a repository, and how its slots are compressed. */
export type Opener = Pick<RepositoryView, "suite" | "codec">

/**
 * The plain bytes of all slots in `bytes` that open as slots of the object with this kind and key: by the header in front
 * of them, by the hint of that header, and by the hints given, as whoever reads a range of a pack does.
 */
export function openingSlots(
  { suite, codec }: Opener,
  { key, kind }: Pick<StoredObject, "key" | "kind">,
  bytes: Uint8Array,
  hints: readonly Uint8Array[] = [],
): readonly Uint8Array[] {
  const ways: (() => Opening)[] = [
    () => suite.open(kind, key, decodePackHeader(bytes).suiteHeader),
    ...[hintOf(bytes), ...hints].map((hint) => () => suite.openByHint(kind, key, hint)),
  ]
  const plains: Uint8Array[] = []
  for (const way of ways) {
    const opening = attempt(way)
    if (opening === undefined) continue
    for (const { part, at } of slotRegions(bytes)) {
      if (part !== "slot header") continue
      const packHeader = bytes.subarray(0, PACK_HEADER_BYTES)
      const opened = attempt(() => openSlot(bytes.subarray(at), { opening, codec, packHeader }))
      if (opened !== undefined) plains.push(opened.plain)
    }
  }
  return plains
}

/** The hint of a stored object: what pack tables and manifests keep of its header. */
export function hintOf(bytes: Uint8Array): Uint8Array {
  return decodePackHeader(bytes).suiteHeader.subarray(0, HINT_BYTES)
}

/** docs/format.md, Suites */
const HINT_BYTES = 36

function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
