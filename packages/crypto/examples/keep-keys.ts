import { randomBytes, randomUUID } from "node:crypto"
import {
  firstGeneration,
  makeSlot,
  markOf,
  newX25519Pair,
  parseRecoveryKit,
  renderRecoveryKit,
  unlock,
} from "@bcopy/crypto"

const random = (count: number) => new Uint8Array(randomBytes(count))
const newId = () => randomUUID().replaceAll("-", "")

// The keys of a new repository, in a slot for a password and in one for a recovery kit.
const ring = firstGeneration(newId(), random)
const facts = () => ({ id: newId(), createdAtMs: Date.now() })
const pair = newX25519Pair()
const slots = [
  await makeSlot({ ring, facts: facts(), holder: { type: "password", password: "correct horse" }, random }),
  await makeSlot({ ring, facts: facts(), holder: { type: "recovery", publicKey: pair.publicKey }, random }),
]

// The kit leaves once, on paper or into a safe.
const { privateKey } = pair
const { repository } = ring
const kit = renderRecoveryKit({ repository, name: "/srv/primary", madeAtMs: Date.now(), ...markOf(ring), privateKey })

// Later: a wrong password opens nothing, the right one and the kit open the same ring.
const wrong = await unlock(slots, { type: "password", password: "correct house" })
console.log(`a wrong password opens ${wrong.opened.length} slots`)
const byPassword = await unlock(slots, { type: "password", password: "correct horse" })
const byKit = await unlock(slots, { type: "recovery", privateKey: parseRecoveryKit(kit).privateKey })
for (const { opened } of [byPassword, byKit])
  for (const { slot, ring: found } of opened)
    console.log(`${slot.means.type} slot: the same ring is ${markOf(found).fingerprint === markOf(ring).fingerprint}`)
