import { createSecretKey } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { openObject, parseKeySlot, parseRecoveryKit, renderRecoveryKit } from "../../packages/crypto/src/index.ts"
import { decodeKeyRing } from "../../packages/crypto/src/key-ring.ts"
import { mutateBytes } from "./mutate-bytes.ts"
import { mutateJson } from "./mutate-json.ts"
import type { FuzzTarget } from "./targets.ts"

interface GoldenSlot {
  readonly ring: string
  readonly slot: {
    readonly id: string
    readonly repository: string
    readonly root: { readonly generation: number; readonly fingerprint: string }
  }
}
interface Golden extends Readonly<Record<"slot" | "recovery" | "external", GoldenSlot>> {
  readonly object: Readonly<
    Record<"repository" | "objectKey" | "epochKey" | "header" | "sealed" | "associated" | "body", string>
  > & {
    readonly kind: number
    readonly slot: number
  }
}

const file = join(import.meta.dirname, "../../packages/crypto/testdata/vectors/golden.json")
const hex = (digits: string) => new Uint8Array(Buffer.from(digits, "hex"))
const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** What reads keys, and what opens with them. */
export function keyTargets(): readonly FuzzTarget[] {
  const { object, ...golden } = JSON.parse(readFileSync(file, "utf8")) as Golden
  const slots = [golden.slot, golden.recovery, golden.external]
  const { slot, ring } = golden.slot
  const root = { generation: slot.root.generation, fingerprint: slot.root.fingerprint }
  const kit = bytesOf(
    renderRecoveryKit({
      repository: slot.repository,
      name: "s3://offsite",
      madeAtMs: 1_700_000_000_000,
      ...root,
      privateKey: new Uint8Array(32).fill(7),
    }),
  )
  const [header, sealed, body] = [hex(object.header), hex(object.sealed), hex(object.body)]
  const whole = new Uint8Array([...header, ...sealed])
  const key = createSecretKey(hex(object.epochKey))
  return [
    {
      name: "key-slot-values",
      make: (random) => bytesOf(mutateJson(JSON.stringify(random.pick(slots).slot), random)),
      decode: (input) => parseKeySlot(JSON.parse(textOf(input)), slot.id),
    },
    {
      name: "key-ring",
      make: (random) => mutateBytes(bytesOf(ring), [bytesOf(ring)], random),
      decode: (input) => decodeKeyRing(input, slot.repository, root),
    },
    {
      name: "key-ring-values",
      make: (random) => bytesOf(mutateJson(ring, random)),
      decode: (input) => decodeKeyRing(input, slot.repository, root),
    },
    {
      name: "recovery-kit",
      make: (random) => mutateBytes(kit, [kit], random),
      decode: (input) => parseRecoveryKit(textOf(input)),
    },
    {
      name: "sealed-object",
      make: (random) => mutateBytes(whole, [whole], random),
      decode(input) {
        const opening = openObject(object, input.subarray(0, header.length), (epoch) => (epoch === 7 ? key : undefined))
        const opened = opening.slot(object.slot, input.subarray(header.length), hex(object.associated))
        if (!Buffer.from(opened).equals(body)) throw new Error(`opened as ${Buffer.from(opened).toString("hex")}`)
        return opened
      },
    },
  ]
}
