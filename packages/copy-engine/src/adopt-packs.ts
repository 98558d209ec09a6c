import {
  ascendingNumber,
  decodePackHeader,
  isFormatError,
  layout,
  openDataPack,
  PackTable,
  placesPerSlot,
  type SessionId,
} from "@bcopy/chain-format"
import { adoptBlocks } from "./adopt-blocks.ts"
import type { Adoption } from "./adopt-dead.ts"
import type { PointWriter } from "./point-writer.ts"
import type { CondemnedPacks } from "./reclaim/condemned-packs.ts"
import type { Repository } from "./repository.ts"
import type { SessionPacks } from "./session-packs.ts"

/** docs/design.md, Checkpoints: more packs than a session stores behind its checkpoint, with all movers that it may have. */
const MAX_PACKS_BEHIND = 48

/**
 * Finds what dead sessions stored, up to their last checkpoint and in whole packs behind it, and puts the blocks into the
 * dedup table, so that none is uploaded twice. What does not open is left to reclaim. Gives the number of packs behind the
 * checkpoint.
 */
export async function adoptPacks(
  repository: Repository,
  { backup }: SessionPacks,
  adoption: Adoption,
  writer: PointWriter,
  options: { readonly blockBytes: number; readonly condemned: CondemnedPacks; readonly signal?: AbortSignal },
): Promise<number> {
  const { view } = repository
  const { checkpoint } = adoption
  // A slot of a chain with larger blocks may be longer than slots of this one.
  const places = placesPerSlot(options.blockBytes)
  const known = new Map<string, number>()
  if (checkpoint !== undefined) {
    const table = new PackTable({ nextPack: checkpoint.nextPack, root: checkpoint.table }, writer.pages)
    for await (const { pack, record } of table.records())
      if (adoption.sessions.includes(record.session)) known.set(`${record.session}/${record.number}`, pack)
    const packs = new Set(known.values())
    await adoptBlocks(repository, checkpoint, adoption.sessions, writer, { packs, ...options })
  }
  let adopted = 0
  for (const session of adoption.sessions) {
    const after = checkpoint?.session === session ? checkpoint.packs : 0
    const numbers: number[] = []
    for await (const number of packNumbers(session))
      if (number > after && !options.condemned.has(session, number)) numbers.push(number)
    const mapped = numbers.filter((number) => known.has(`${session}/${number}`))
    // A pack may be in the maps in part: of the checkpoint's own session any, of one that this had adopted those which had
    // been behind that one's own checkpoint, its last ones. All others are in them.
    const whole = new Set(checkpoint?.session === session ? [] : mapped.slice(0, -MAX_PACKS_BEHIND))
    for (const number of numbers)
      if (!whole.has(number) && (await adopt(session, number, known.get(`${session}/${number}`)))) adopted++
  }
  return adopted

  async function* packNumbers(session: SessionId): AsyncIterable<number> {
    const prefix = layout.packs(backup, session)
    for (let next: string | undefined; ;) {
      const page = await view.list(prefix, { ...(next !== undefined && { after: next }), ...options })
      for (const key of page.keys) {
        const number = ascendingNumber(prefix, key)
        if (number !== undefined) yield number
      }
      if (page.next === undefined) return
      next = page.next
    }
  }

  async function adopt(session: SessionId, number: number, numberInTable?: number): Promise<boolean> {
    const objectKey = layout.pack(backup, session, number)
    // What is named from now on must be what the key means, not what lies over it.
    const bytes = await view.readPack(objectKey, { ...options, oldest: true })
    if (bytes === undefined) return false
    try {
      if (decodePackHeader(bytes).kind !== "dataPack") return false
      const pack = openDataPack(bytes, { ...view, objectKey })
      const slots = pack.slots.map((slot, index) => ({ ...slot, plain: pack.open(index) }))
      const { hint } = pack.opening
      const storedBytes = bytes.length
      const inTable = numberInTable ?? writer.movers.adopt({ session, number, hint, storedBytes, lockedUntilMs: 0 })
      for (const [slot, { offset, storedBytes: length, plain }] of slots.entries())
        for (let place = 0; place < places && (place + 1) * options.blockBytes <= plain.length; place++) {
          const id = view.sha256(plain.subarray(place * options.blockBytes, (place + 1) * options.blockBytes))
          writer.movers.dedup.add(id, 0, { pack: inTable, slot, offset, length, place })
        }
      return true
    } catch (error) {
      if (isFormatError(error)) return false
      throw error
    }
  }
}
