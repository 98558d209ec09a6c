import { decodePackHeader, openDataPack, openSlot } from "@bcopy/chain-format"
import type { Repository } from "../repository.ts"
import type { World } from "./world.ts"

/** Bodies of all slots of data packs, as they were compressed. */
export async function slotBodies({
  world,
  repository,
}: {
  readonly world: World
  readonly repository: Repository
}): Promise<string[]> {
  const bodies: string[] = []
  for (const key of world.store.keys().filter((name) => name.includes("/packs/"))) {
    const bytes = (await world.store.read(key))?.bytes as Uint8Array
    if (decodePackHeader(bytes).kind !== "dataPack") continue
    const { opening, slots } = openDataPack(bytes, { ...repository.view, objectKey: key })
    for (const { offset, storedBytes } of slots) {
      const { body } = openSlot(bytes.subarray(offset, offset + storedBytes), { ...repository.view, opening })
      bodies.push(Buffer.from(body).toString("latin1"))
    }
  }
  return bodies.toSorted()
}
