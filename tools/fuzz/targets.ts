import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { zstdCompressSync } from "node:zlib"
import { type Decoder, type DecoderName, decoders } from "../../packages/chain-format/src/testing/decoders.ts"
import { sealPlain } from "../../packages/chain-format/src/testing/seal-plain.ts"
import { contextOf, parseVector, type Vector } from "../../packages/chain-format/src/testing/vector.ts"
import { fill } from "../vectors/byte-parts.ts"
import { blocksFooter, kinds, pack, pagesFooter, slot, tagOf } from "../vectors/pack-parts.ts"
import { keyTargets } from "./key-targets.ts"
import { mutateBytes } from "./mutate-bytes.ts"
import { mutateJson } from "./mutate-json.ts"
import type { SeededRandom } from "./seeded-random.ts"

/** Something that is fed with mutated inputs. */
export interface FuzzTarget {
  readonly name: string
  /** Makes an input; the same for the same random numbers. */
  make(random: SeededRandom): Uint8Array
  /** Must give a value or throw a FormatError or a CryptoError. */
  decode(input: Uint8Array): unknown
}

const folder = join(import.meta.dirname, "../../packages/chain-format/testdata/vectors")
const packsKey = "backups/00112233445566778899aabbccddeeff/packs/0123456789abcdef0123456789abcdef/00000001"

/** Every decoder of the format and of keys; where something is sealed, once from outside and once from within the seal. */
export function fuzzTargets(): readonly FuzzTarget[] {
  const vectors = readdirSync(folder).map((file) => parseVector(file.slice(0, -4), readFileSync(join(folder, file))))
  const good = (decoder: DecoderName) => vectors.filter((one) => one.decoder === decoder && one.expect === "ok")
  const plain = (Object.keys(decoders) as DecoderName[]).map((decoder) => bytesTarget(decoder, good(decoder)))
  const json = (
    [
      "log-entry",
      "manifest",
      "checkpoint",
      "settings-entry",
      "session-beat",
      "condemned-list",
      "reading-session",
    ] as const
  ).map((decoder) => jsonTarget(decoder, good(decoder)))
  return [
    ...plain,
    ...json,
    jsonTarget("birth-certificate", good("birth-certificate")),
    ...sealedTargets(),
    ...keyTargets(),
  ]
}

/** Contexts go with the seeds: of the bytes alone nobody could tell which leaf they should be. */
function decodeAs(decoder: DecoderName, { context }: Vector) {
  const decode: Decoder = decoders[decoder]
  const whole = contextOf({ context })
  return (input: Uint8Array) => decode(input, whole)
}

function bytesTarget(decoder: DecoderName, seeds: readonly Vector[]): FuzzTarget {
  const first = seeds[0] as Vector
  const others = seeds.map((seed) => seed.bytes)
  return {
    name: decoder,
    make: (random) => mutateBytes(random.pick(others), others, random),
    decode: decodeAs(decoder, first),
  }
}

function jsonTarget(decoder: DecoderName, seeds: readonly Vector[]): FuzzTarget {
  const texts = seeds.map((seed) => new TextDecoder().decode(seed.bytes))
  return {
    name: `${decoder}-values`,
    make: (random) => new TextEncoder().encode(mutateJson(random.pick(texts), random)),
    decode: decodeAs(decoder, seeds[0] as Vector),
  }
}

/** Mutated within the seal: whoever writes into a clear repository can make such objects. */
function sealedTargets(): readonly FuzzTarget[] {
  const context = contextOf({ context: { objectKey: packsKey } })
  const frames = [5, 300, 70_000].map((count) => new Uint8Array(zstdCompressSync(fill(count, 0x61))))
  const bodies = [...frames, fill(3, 0x62)]
  const compressed = (random: SeededRandom, kind: number) =>
    slot({
      kind,
      key: packsKey,
      body: mutateBytes(random.pick(bodies), bodies, random),
      codec: 1,
      plainBytes: random.pick([0, 1, 5, 300, 70_000, 32 << 20]),
    })
  const slots = [fill(64, 0x61), fill(32, 0x62)].map((body, number) =>
    slot({ kind: kinds.dataPack, key: packsKey, number, body }),
  )
  const tags = slots.map(tagOf)
  const footers = [
    blocksFooter(
      tags.map((tag, at) => ({
        tag,
        runs: [
          [at * 10, 2],
          [at * 10 + 5, 1],
        ] as const,
      })),
    ),
    blocksFooter([]),
  ]
  const pages = slots.map((_, number) => slot({ kind: kinds.mapPack, key: packsKey, number, body: fill(50, number) }))
  const pageFooters = [pagesFooter(pages.map((page, at) => ({ tag: tagOf(page), type: at + 1, index: at })))]
  const jsons = [`{"a":[1,2,{"b":"c"}]}`, `[]`, `"text"`].map((text) => new TextEncoder().encode(text))
  return [
    {
      name: "slot-resealed",
      make: (random) => compressed(random, kinds.dataPack),
      decode: (input) => decoders.slot(input, context),
    },
    {
      name: "data-pack-resealed",
      make(random) {
        const footer = mutateBytes(random.pick(footers), footers, random)
        const some = slots.slice(0, random.below(3))
        return pack({ kind: kinds.dataPack, key: packsKey, slots: some, footer, footerSlot: { number: some.length } })
      },
      decode: (input) => decoders["data-pack"](input, context),
    },
    {
      name: "map-pack-resealed",
      make(random) {
        const footer = mutateBytes(random.pick(pageFooters), pageFooters, random)
        return pack({ kind: kinds.mapPack, key: packsKey, slots: pages, footer })
      },
      decode: (input) => decoders["map-pack"](input, context),
    },
    {
      name: "small-object-resealed",
      make: (random) =>
        sealPlain("logEntry", packsKey, mutateBytes(random.pick(jsons), jsons, random), random.below(2) * 3),
      decode: (input) => decoders["small-object"](input, { ...context, kind: "logEntry" }),
    },
  ]
}
