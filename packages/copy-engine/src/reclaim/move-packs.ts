import {
  type BackupId,
  type BlockPlace,
  fetchPack,
  FormatError,
  isDamage,
  layout,
  type NewPack,
  packBufferBytes,
  type PackRecord,
} from "@bcopy/chain-format"
import type { DataMovers } from "../data-movers.ts"
import { dedupMemoryFor } from "../dedup-table.ts"
import { WHOLE_PACKS } from "../memory-budget.ts"
import type { MoverThread } from "../mover-thread.ts"
import type { MovedPack } from "../pack-filler.ts"
import type { PackUploads } from "../pack-uploads.ts"
import type { RepackedBlocks } from "../repacker.ts"
import type { Repository } from "../repository.ts"
import type { SessionPacks } from "../session-packs.ts"
import { seedOf } from "../suite-of.ts"
import { nameOfPack } from "./rehome-points.ts"

/** Compression level of what is written anew. */
const LEVEL = 3

/** Positions of a pack that points need. */
export interface WantedPack {
  readonly record: Pick<PackRecord, "session" | "number" | "storedBytes">
  /** A bit for each position. */
  readonly used: Uint32Array
}

export interface MovePacksOptions {
  readonly backup: BackupId
  readonly blockBytes: number
  /** Bytes after which a new pack is full. */
  readonly fillBytes: number
  readonly packs: SessionPacks
  readonly uploads: PackUploads
  readonly movers: DataMovers
  /** Called before each pack is read. */
  readonly before: () => Promise<void>
  /** Called after each pack. */
  readonly after: () => void
  readonly signal?: AbortSignal
}

/** What was moved of packs. */
export interface MovedBlocks {
  /** Where the positions of each pack lie now, by its name. */
  readonly places: ReadonlyMap<string, ReadonlyMap<number, BlockPlace>>
  /** New packs by the number that pack tables give them. */
  readonly made: ReadonlyMap<number, NewPack>
  readonly movedBytes: number
}

/** A data mover at work, and its slots by serial. */
interface Worker {
  readonly thread: MoverThread
  readonly slots: Map<number, BlockPlace["slot"]>
  busy: number
}

interface Repacked {
  readonly name: string
  readonly worker: Worker
  readonly blocks: Uint32Array
}

/**
 * Writes what is wanted of packs into new ones, which are stored when this resolves.
 * @throws FormatError if a pack is missing or does not open
 */
export async function movePacks(
  repository: Repository,
  wanted: readonly WantedPack[],
  options: MovePacksOptions,
): Promise<MovedBlocks> {
  const { movers, uploads, before, after } = options
  const made = new Map<number, NewPack>()
  const bytes = wanted.reduce((sum, { record }) => sum + record.storedBytes, 0)
  const workers = movers.moversFor(bytes).map((thread) => begin(repository, thread, made, options))
  const isInline = workers[0]?.thread === movers.starter
  const moved: Repacked[] = []
  const queue = oneByOne(wanted)
  const work = async () => {
    // Who fails ends the queue for all.
    for (const pack of queue) {
      await before()
      // Threads wait for a buffer themselves. This thread must not: it is the one that stores.
      if (isInline) await uploads.until(() => movers.pool.hasFree)
      else uploads.throwFailure()
      moved.push(await moveOne(repository, pack, workers, options))
      after()
    }
  }
  try {
    const results = await Promise.allSettled(Array.from({ length: isInline ? 1 : WHOLE_PACKS }, work))
    for (const result of results) if (result.status === "rejected") throw result.reason
    for (const { thread } of workers) await thread.flush()
    await uploads.settled()
  } finally {
    for (const { thread } of workers) thread.end()
  }
  let movedBytes = 0
  for (const { slots } of workers) for (const { length } of slots.values()) movedBytes += length
  return { places: new Map(moved.map((one) => [one.name, placesOf(one)])), made, movedBytes }
}

function begin(
  repository: Repository,
  thread: MoverThread,
  made: Map<number, NewPack>,
  { blockBytes, fillBytes, packs, uploads, movers }: MovePacksOptions,
): Worker {
  const slots: Worker["slots"] = new Map()
  const onPack = ({ pack, number, key, hint, bytes, buffer, slots: placed }: MovedPack) => {
    for (let at = 0; at < placed.length; at += 4) {
      const [serial, slot, offset, length] = placed.subarray(at, at + 4) as unknown as [number, number, number, number]
      slots.set(serial, { pack, slot, offset, length })
    }
    made.set(pack, { session: packs.session, number, hint, storedBytes: bytes.length, lockedUntilMs: 0 })
    uploads.send(key, bytes, () => movers.pool.release(buffer))
  }
  const setup = { suite: seedOf(repository.view.suite), packs: packs.seed, dedup: dedupMemoryFor(0, 0) }
  thread.begin({ ...setup, blockBytes, packBytes: fillBytes, level: LEVEL, keepsSlots: true }, onPack)
  return { thread, slots, busy: 0 }
}

/** Has one pack written anew; as it was first stored, if it is damaged as it is. */
async function moveOne(
  repository: Repository,
  { record, used }: WantedPack,
  workers: readonly Worker[],
  { backup, movers, signal }: MovePacksOptions,
): Promise<Repacked> {
  const key = layout.pack(backup, record.session, record.number)
  const into = movers.takeMemory(packBufferBytes(repository.packBytes))
  const repack = async (oldest: boolean): Promise<Repacked> => {
    const bytes = await fetchPack(repository.view, key, { oldest, into, ...(signal && { signal }) })
    const worker = workers.reduce((least, one) => (one.busy < least.busy ? one : least))
    worker.busy++
    try {
      const { blocks, failure }: RepackedBlocks = await worker.thread.repack({ key, bytes, used })
      if (failure !== undefined) throw new FormatError(failure.code, failure.message)
      return { name: nameOfPack(record), worker, blocks }
    } finally {
      worker.busy--
    }
  }
  try {
    return await repack(false).catch((error: unknown) => {
      if (!isDamage(error)) throw error
      return repack(true)
    })
  } finally {
    movers.giveMemory(into)
  }
}

/** Where a pack's positions lie, once all slots are known. */
function placesOf({ worker, blocks }: Repacked): ReadonlyMap<number, BlockPlace> {
  const places = new Map<number, BlockPlace>()
  for (let at = 0; at < blocks.length; at += 3) {
    const [position, serial, place] = blocks.subarray(at, at + 3) as unknown as [number, number, number]
    const slot = worker.slots.get(serial)
    if (slot === undefined) throw new Error(`slot ${serial} is in no pack`)
    places.set(position, { slot, place })
  }
  return places
}

function* oneByOne<T>(all: readonly T[]): Generator<T, void> {
  yield* all
}
