import {
  type BackupId,
  type CondemnedList,
  encodeSmallObject,
  isDamage,
  layout,
  type LogState,
  type PackRuns,
  parseCondemnedList,
  runsOf,
  type SessionId,
} from "@bcopy/chain-format"
import { type ObjectKey, parseObjectKey } from "@bcopy/repo"
import { EngineError } from "../engine-error.ts"
import type { Repository } from "../repository.ts"
import { backupLogs } from "./backup-logs.ts"
import { CondemnedPacks, packsOf } from "./condemned-packs.ts"
import type { DuePoints } from "./due-points.ts"
import { HeldPacks } from "./held-packs.ts"
import { hasPassed, passEpoch } from "./pass-epoch.ts"
import { proveAtBarrier } from "./prove-state.ts"
import { readEpochs, readList } from "./read-epochs.ts"
import { reclaimers } from "./reclaimers.ts"
import { workloadRoots } from "./workload-roots.ts"

/** Packs deleted between two looks at the signal and the clock. */
const DELETED_AT_ONCE = 1000

export interface EpochOptions {
  readonly session: SessionId
  readonly due: DuePoints
  readonly onDeleted?: (packs: number) => void
  readonly signal?: AbortSignal
}

/** What an epoch came to. */
export interface EpochResult {
  readonly deleted: number
  /** Packs that the store did not delete, and why: they are condemned again by the next epoch. */
  readonly left: readonly { readonly key: string; readonly reason: string }[]
}

/** Begins an epoch: writes down what it condemns. Gives the list in force, which may be of somebody who was quicker. */
export async function beginEpoch(
  repository: Repository,
  backup: BackupId,
  made: { readonly epoch: number; readonly packs: readonly PackRuns[]; readonly oldestMs: number },
  options: { readonly signal?: AbortSignal },
): Promise<CondemnedList> {
  const oldestMs = Math.floor(made.oldestMs)
  const list: CondemnedList = { ...made, oldestMs, stage: "condemned", atMs: Math.floor(repository.storeTime.now()) }
  return createList(repository, backup, list, options)
}

/**
 * Carries an epoch to its end, wherever it stands: barriers, references counted again, what is then still nobody's is
 * deleted, the epoch closed. Whoever does so twice, or beside another, does the same.
 * @throws EngineError, StoreError, FormatError: then it stays open, and the next run goes on
 */
export async function endEpoch(
  repository: Repository,
  backup: BackupId,
  list: CondemnedList,
  options: EpochOptions,
): Promise<EpochResult> {
  const { signal } = options
  const abortable = signal === undefined ? {} : { signal }
  const { epoch } = list
  // Who began to read while packs were counted is heeded too.
  await options.due.findReaders(repository, backup, abortable)
  await passAll(repository, backup, epoch, options)
  const known = await readList(repository.view, backup, epoch, "final", abortable).catch(unlessDamaged)
  const free = await countAgain(repository, backup, list, options)
  const made = { ...list, stage: "final" as const, atMs: Math.floor(repository.storeTime.now()), packs: asRuns(free) }
  const stored = known ?? (await createList(repository, backup, made, abortable))
  // Of a list that somebody else has made only what this count says too is deleted, whoever that was.
  const isFree = new CondemnedPacks([made.packs])
  const final = asRuns([...packsOf(stored.packs)].filter(({ session, number }) => isFree.has(session, number)))
  // Who was late finds the epoch closed, and has nothing to do in it any more.
  const { closed, left: before } = await readEpochs(repository.view, backup, abortable)
  if (closed >= epoch) return { deleted: 0, left: [] }
  const result = await deletePacks(repository, backup, final, options)
  const gone = new CondemnedPacks([final])
  const isLeft = new CondemnedPacks([
    runsOfKeys(
      backup,
      result.left.map(({ key }) => key),
    ),
  ])
  const stays = [...packsOf(before)].filter(({ session, number }) => !gone.has(session, number))
  const left = [...stays, ...[...packsOf(final)].filter(({ session, number }) => isLeft.has(session, number))]
  const { storeTime } = repository
  await createList(
    repository,
    backup,
    { epoch, stage: "closed", atMs: Math.floor(storeTime.now()), oldestMs: 0, packs: asRuns(left) },
    abortable,
  )
  return result
}

/** Gives every log of the backup the epoch's barrier, until there is none that has not. */
async function passAll(
  repository: Repository,
  backup: BackupId,
  epoch: number,
  { session, due, signal }: EpochOptions,
): Promise<void> {
  const abortable = signal === undefined ? {} : { signal }
  const passed = new Set<string>()
  for (let before = -1; before < passed.size;) {
    before = passed.size
    for await (const { place, state, readAtMs } of backupLogs(repository, backup, abortable)) {
      signal?.throwIfAborted()
      if (passed.has(place.workload)) continue
      if (!hasPassed(state, epoch)) {
        let count = 0
        const purged = (log: LogState) => {
          const points = due.of(place, log)
          count = points.length
          return points
        }
        const after = await passEpoch(repository, { place, state, readAtMs, epoch, session, purged, ...abortable })
        if (after.barrier?.epoch === epoch) due.purged += count
      }
      passed.add(place.workload)
    }
  }
}

/** Counts again, from nothing and behind all barriers, which condemned packs somebody needs; gives the others. */
async function countAgain(
  repository: Repository,
  backup: BackupId,
  list: CondemnedList,
  { session: own, signal }: EpochOptions,
): Promise<readonly { readonly session: SessionId; readonly number: number }[]> {
  const options = signal === undefined ? {} : { signal }
  const condemned = new CondemnedPacks([list.packs])
  const held = new HeldPacks(repository, { wants: (session, number) => condemned.has(session, number) })
  for await (const { place, state, readAtMs } of backupLogs(repository, backup, options)) {
    const { epoch } = list
    // A log that was begun behind the last look has no barrier yet: its session was about to give it one.
    const passed = hasPassed(state, epoch)
      ? state
      : await passEpoch(repository, { place, state, readAtMs, epoch, session: own, ...options })
    // What held at the barrier is spared, whatever was said since; and what holds now is too.
    const states = await proveAtBarrier(repository, place, passed, epoch, options)
    await held.addWorkload(place, workloadRoots(repository, place, states, options), signal)
  }
  for await (const session of reclaimers(repository, backup, options)) held.sessions.add(session)
  return [...packsOf(list.packs)].filter(
    ({ session, number }) => held.holderOf(session, number, list.oldestMs) === undefined,
  )
}

async function deletePacks(
  repository: Repository,
  backup: BackupId,
  final: readonly PackRuns[],
  { onDeleted, signal }: EpochOptions,
): Promise<EpochResult> {
  const keys = [...packsOf(final)].map(({ session, number }) => parseObjectKey(layout.pack(backup, session, number)))
  const left: { key: string; reason: string }[] = []
  let deleted = 0
  for (let at = 0; at < keys.length; at += DELETED_AT_ONCE) {
    const failed = await removeKeys(repository, keys.slice(at, at + DELETED_AT_ONCE), signal)
    deleted += Math.min(DELETED_AT_ONCE, keys.length - at) - failed.length
    left.push(...failed)
    onDeleted?.(deleted)
  }
  return { deleted, left }
}

/**
 * Deletes objects; gives those that the store keeps for a reason of its own (locked, denied).
 * @throws StoreError for any other failure
 */
export async function removeKeys(
  { store }: Pick<Repository, "store">,
  keys: readonly ObjectKey[],
  signal: AbortSignal | undefined,
): Promise<readonly { readonly key: string; readonly reason: string }[]> {
  const reasons = new Map<string, string>()
  for (const { key, error } of await store.removeAll(keys, signal === undefined ? {} : { signal })) {
    if (error.code !== "Locked" && error.code !== "Denied") throw error
    reasons.set(key, error.message)
  }
  return [...reasons].map(([key, reason]) => ({ key, reason }))
}

/** Writes a list, or gives the one that is there. */
async function createList(
  { store, view, storeTime, name }: Repository,
  backup: BackupId,
  list: CondemnedList,
  options: { readonly signal?: AbortSignal },
): Promise<CondemnedList> {
  const objectKey = layout.condemnedList(backup, list.epoch, list.stage)
  // What could not be read again would stop everybody.
  parseCondemnedList(JSON.parse(JSON.stringify(list)), objectKey)
  const { outcome, dateMs } = await store.create(
    parseObjectKey(objectKey),
    encodeSmallObject("condemned", list, { ...view, objectKey }),
    options,
  )
  storeTime.observe(dateMs)
  if (outcome === "won") return list
  // What somebody without a key has put there says nothing.
  const isThere = await readList(view, backup, list.epoch, list.stage, options).catch(unlessDamaged)
  const found = isThere ?? ((await store.head(parseObjectKey(objectKey), options)) && list)
  if (found === undefined) throw new EngineError("Busy", `${name}: epoch ${list.epoch} was ended by somebody else`)
  return found
}

function unlessDamaged(error: unknown): undefined {
  if (!isDamage(error)) throw error
  return undefined
}

/** Packs as runs, session by session. */
export function asRuns(packs: Iterable<{ readonly session: SessionId; readonly number: number }>): readonly PackRuns[] {
  const sessions = Map.groupBy(packs, ({ session }) => session)
  return [...sessions].map(([session, ofIt]) => ({
    session,
    runs: runsOf([...new Set(ofIt.map(({ number }) => number))].toSorted((a, b) => a - b)),
  }))
}

function runsOfKeys(backup: BackupId, keys: readonly string[]): readonly PackRuns[] {
  const prefix = layout.allPacks(backup)
  return asRuns(
    keys.map((key) => {
      const [session = "", number = ""] = key.slice(prefix.length).split("/")
      return { session: session as SessionId, number: Number.parseInt(number, 16) }
    }),
  )
}
