import { ByteWriter } from "../byte-writer.ts"
import type { ObjectKind } from "../object-kind.ts"
import { encodePackHeader, PACK_HEADER_BYTES } from "../pack-header.ts"
import { sealSlot } from "../slot.ts"
import { clearSuite, codec } from "./clear-suite.ts"

/** An object of one slot around any plain bytes, JSON or not, in the clear suite. */
export function sealPlain(kind: ObjectKind, objectKey: string, plain: Uint8Array, level = 0): Uint8Array {
  const sealing = clearSuite.begin(kind, objectKey)
  const head = encodePackHeader({ kind, suite: clearSuite.id, suiteHeader: sealing.header })
  const packHeader = head.subarray(0, PACK_HEADER_BYTES)
  const writer = new ByteWriter().bytes(head)
  sealSlot(writer, plain, { suite: clearSuite, sealing, codec, level, number: 0, packHeader })
  return writer.view().slice()
}
