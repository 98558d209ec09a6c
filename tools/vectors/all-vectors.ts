import { type Decoder, decoders } from "../../packages/chain-format/src/testing/decoders.ts"
import { contextOf, formatVector, valueText } from "../../packages/chain-format/src/testing/vector.ts"
import { birthCertificateVectors } from "./birth-certificate.ts"
import { condemnedListVectors } from "./condemned-list.ts"
import { logEntryVectors } from "./log-entry.ts"
import { packHeaderVectors } from "./pack-header.ts"
import { packVectors } from "./pack.ts"
import { pageVectors } from "./page.ts"
import { settingsVectors } from "./settings.ts"
import { slotVectors } from "./slot.ts"
import { smallObjectVectors } from "./small-object.ts"
import type { NewVector } from "./vector-list.ts"

/** Every vector of the format. */
export const allVectors: readonly NewVector[] = [
  ...packHeaderVectors,
  ...slotVectors,
  ...packVectors,
  ...smallObjectVectors,
  ...pageVectors,
  ...birthCertificateVectors,
  ...logEntryVectors,
  ...settingsVectors,
  ...condemnedListVectors,
]

/**
 * The files of all vectors, name → bytes. The value of an `ok` is what the package decodes today: look at the diff before
 * you keep it.
 */
export function vectorFiles(): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  for (const vector of allVectors) {
    const name = `${vector.name}.vec`
    if (files.has(name)) throw new Error(`two vectors are called ${vector.name}`)
    const decode: Decoder = decoders[vector.decoder]
    const value = vector.expect === "ok" ? valueText(decode(vector.bytes, contextOf(vector))) : undefined
    files.set(name, formatVector({ ...vector, ...(value !== undefined && { value }) }))
  }
  return files
}
