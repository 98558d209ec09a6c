import { randomBytes } from "node:crypto"
import { firstGeneration, openObject, sealObject, TAG_BYTES } from "@bcopy/crypto"

// An object of two slots, sealed under the epoch in force, and opened by whoever has the ring.
const ring = firstGeneration("00112233445566778899aabbccddeeff", (count) => new Uint8Array(randomBytes(count)))
const place = { repository: ring.repository, kind: 1, objectKey: "backups/a/packs/b/00000001" }
const epoch = ring.epochs.at(-1)
if (epoch === undefined) throw new Error("a ring has an epoch")

const sealing = sealObject(epoch, place, randomBytes(32))
const slots = ["what was compressed", "and more of it"].map((text, number) => {
  const body = new TextEncoder().encode(text)
  const sealed = new Uint8Array(body.length + TAG_BYTES)
  sealing.slot(number, body, Uint8Array.of(number), sealed)
  return sealed
})

const keyOf = (number: number) => ring.epochs.find((one) => one.epoch === number)?.key
const opening = openObject(place, sealing.header, keyOf)
for (const [number, sealed] of slots.entries())
  console.log(new TextDecoder().decode(opening.slot(number, sealed, Uint8Array.of(number))))

try {
  openObject({ ...place, objectKey: "backups/a/packs/b/00000002" }, sealing.header, keyOf)
} catch (error) {
  console.log((error as Error).message)
}
