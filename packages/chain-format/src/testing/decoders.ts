import { decodeBirthCertificate } from "../birth-certificate.ts"
import { parseCheckpoint } from "../checkpoint.ts"
import { parseCondemnedList } from "../condemned-list.ts"
import { decodeInnerPage, type InnerType } from "../inner-page.ts"
import { decodeLeafPage } from "../leaf-page.ts"
import { parseLogEntry } from "../log-entry.ts"
import { parseManifest } from "../manifest.ts"
import type { ObjectKind } from "../object-kind.ts"
import { decodeBlocksFooter, decodePagesFooter } from "../pack-footer.ts"
import { decodePackHeader, PACK_HEADER_BYTES } from "../pack-header.ts"
import { openDataPack, type OpenedPack, openMapPack } from "../pack-reader.ts"
import { decodeTableLeaf } from "../pack-table-page.ts"
import { parseReadingSession } from "../reading-session.ts"
import { parseSessionBeat } from "../session-beat.ts"
import { parseSettingsEntry } from "../settings-entry.ts"
import { decodeSlotHeader, type OpenedSlot, openSlot } from "../slot.ts"
import { decodeSmallObject } from "../small-object.ts"
import { clearSuite, codec } from "./clear-suite.ts"
import { sealPlain } from "./seal-plain.ts"

/** What a decoder must be told beside the bytes. */
export interface DecoderContext {
  readonly objectKey: string
  readonly kind: ObjectKind
  readonly pageType: InnerType
  readonly level: number
  readonly index: number
}

/** A decoder of the format as one function: any bytes give a value or a `FormatError`. */
export type Decoder = (bytes: Uint8Array, context: DecoderContext) => unknown

/** All decoders by the names that vectors use. Those of JSON take the plain body and seal it themselves. */
export const decoders = {
  "pack-header": (bytes) => decodePackHeader(bytes),
  "slot-header": (bytes) => decodeSlotHeader(bytes),
  slot: (bytes, { objectKey, kind }) =>
    valueOf(openSlot(bytes, { opening: clearSuite.open(kind, objectKey, new Uint8Array()), codec })),
  "last-slot": (bytes, { objectKey, kind }) =>
    valueOf(
      openSlot(bytes.subarray(PACK_HEADER_BYTES), {
        opening: clearSuite.open(kind, objectKey, new Uint8Array()),
        codec,
        packHeader: bytes.subarray(0, PACK_HEADER_BYTES),
      }),
    ),
  "blocks-footer": (bytes) => decodeBlocksFooter(bytes),
  "pages-footer": (bytes) => decodePagesFooter(bytes),
  "data-pack": (bytes, { objectKey }) => openAll(openDataPack(bytes, { suite: clearSuite, codec, objectKey })),
  "map-pack": (bytes, { objectKey }) => openAll(openMapPack(bytes, { suite: clearSuite, codec, objectKey })),
  "small-object": (bytes, { objectKey, kind }) =>
    decodeSmallObject(kind, bytes, { suite: clearSuite, codec, objectKey }),
  "leaf-page": (bytes, { index }) => decodeLeafPage(index, bytes),
  "inner-page": (bytes, { pageType, level, index }) => decodeInnerPage(pageType, level, index, bytes),
  "table-leaf": (bytes, { index }) => decodeTableLeaf(index, bytes),
  "birth-certificate": (bytes) => decodeBirthCertificate(bytes),
  "log-entry": json("logEntry", parseLogEntry),
  manifest: json("logEntry", parseManifest),
  checkpoint: json("sessionBeat", parseCheckpoint),
  "settings-entry": json("repositorySettings", parseSettingsEntry),
  "session-beat": json("sessionBeat", parseSessionBeat),
  "condemned-list": json("condemned", parseCondemnedList),
  "reading-session": json("readingSession", parseReadingSession),
} as const satisfies Record<string, Decoder>

export type DecoderName = keyof typeof decoders

function json(kind: ObjectKind, parse: (json: unknown, what: string) => unknown): Decoder {
  return (bytes, { objectKey }) => {
    const sealed = sealPlain(kind, objectKey, bytes)
    return parse(decodeSmallObject(kind, sealed, { suite: clearSuite, codec, objectKey }), objectKey)
  }
}

function openAll(pack: OpenedPack<object>): unknown {
  return pack.slots.map((slot, number) => ({ ...slot, plain: pack.open(number) }))
}

/** What a slot says. Its body says the same once more, in whatever form it has. */
function valueOf({ header, plain }: OpenedSlot): Omit<OpenedSlot, "body"> {
  return { header, plain }
}
