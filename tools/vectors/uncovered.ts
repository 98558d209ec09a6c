import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { isFormatError } from "@bcopy/chain-format"
import { type Decoder, decoders } from "../../packages/chain-format/src/testing/decoders.ts"
import { contextOf } from "../../packages/chain-format/src/testing/vector.ts"
import { allVectors } from "./all-vectors.ts"

// Prints every `throw new FormatError` of the format's decoders that no vector reaches; exits 1 if there is one. Run by
// node itself, whose stack traces name the lines of the sources.
const source = join(import.meta.dirname, "../../packages/chain-format/src")

/** Not for bytes to reach: writers, readers of whole repositories, functions of values. Their tests lie beside them. */
const notDecoders =
  /^(block-reader|byte-writer|edit-pack-table|hex|map-writer|pack-uses|pack-writer|page-reader|page-store|point-reader|prove-log|read-log|read-settings|reseal-pack|stored-pack)\.ts$/
// The last one needs a file of a megabyte.
const notOfDecoders = [
  "encodePackHeader",
  "encodeRecord",
  "sealBody",
  "encodeSmallObject",
  "stateAfter",
  "fromCatalogue",
  "open",
  "requireFewRuns",
]

const reached = new Set<string>()
for (const vector of allVectors) {
  try {
    const decode: Decoder = decoders[vector.decoder]
    decode(vector.bytes, contextOf(vector))
  } catch (error) {
    if (!isFormatError(error)) throw error
    for (let thrown: unknown = error; isFormatError(thrown); thrown = thrown.cause) {
      const place = /chain-format\/src\/([a-z-]+\.ts):(\d+)/.exec(thrown.stack ?? "")
      if (place !== null) reached.add(`${place[1]}:${place[2]}`)
    }
  }
}

const missing: string[] = []
for (const file of readdirSync(source).filter((name) => /^[a-z-]+\.ts$/.test(name) && !notDecoders.test(name))) {
  let owner = ""
  for (const [index, line] of readFileSync(join(source, file), "utf8").split("\n").entries()) {
    owner = /^(?:export )?(?:async )?function (\w+)|^ {4}(open)\(/.exec(line)?.slice(1).find(Boolean) ?? owner
    if (!line.includes("new FormatError(") || notOfDecoders.includes(owner)) continue
    if (!reached.has(`${file}:${index + 1}`)) missing.push(`${file}:${index + 1} ${line.trim()}`)
  }
}
for (const place of missing) console.log(place)
if (missing.length > 0) process.exitCode = 1
