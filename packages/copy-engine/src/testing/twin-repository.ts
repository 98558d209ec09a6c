import { encodeBirthCertificate, type RepositoryId } from "@bcopy/chain-format"
import { type KeyRing, makeSlot, markOf } from "@bcopy/crypto"
import { parseObjectKey, writeOnce } from "@bcopy/repo"
import { storeSlot } from "../key-objects.ts"
import { randomBytes } from "../node-primitives.ts"
import type { Repository } from "../repository.ts"
import { testKey } from "./test-keys.ts"
import { makeWorld, type World } from "./world.ts"

/** The ring of an encrypted repository. */
export function ringOf({ keys, name }: Pick<Repository, "keys" | "name">): KeyRing {
  if (keys === undefined) throw new Error(`${name} is in the clear`)
  return keys.ring
}

/** An encrypted repository with a ring of the caller's choice: with the keys of another one, for example, and an id of its own. */
export async function makeWithRing(ring: KeyRing, id = "twin"): Promise<World> {
  const world = makeWorld({ encrypted: true, id })
  const repository = ring.repository as RepositoryId
  const facts = { id: "77".repeat(16), createdAtMs: 0 }
  const slot = await makeSlot({ ring, facts, holder: { type: "external", key: testKey }, random: randomBytes })
  await storeSlot(writeOnce(world.store, { onTampering: () => undefined }), slot)
  const birth = encodeBirthCertificate({ repository, encrypted: true, root: markOf(ring) })
  await world.store.create(parseObjectKey("bcopy.json"), birth)
  // What is half made is finished with the keys that it has.
  await world.create()
  return world
}
