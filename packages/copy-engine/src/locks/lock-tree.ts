import { layout, type LogPlace, type PagePointer, pointReader, type PointTree } from "@bcopy/chain-format"
import { type ObjectKey, parseObjectKey } from "@bcopy/repo"
import type { Repository } from "../repository.ts"
import type { Immutability } from "./immutability.ts"

export interface LockTreeOptions {
  readonly untilMs: number
  readonly immutability: Immutability
  /** Packs that were extended in this run, and until when: points share most of them. */
  readonly done?: Map<ObjectKey, number>
  /** Only counts. */
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

/**
 * Locks every pack of a tree at least until then; those that its pack table does not say to be are extended by a generation
 * more. Gives how many that are.
 * @throws StoreError if one can not be
 */
export async function lockTree(
  repository: Repository,
  place: LogPlace,
  tree: PointTree,
  options: LockTreeOptions,
): Promise<number> {
  const { untilMs, immutability, done = new Map<ObjectKey, number>(), dryRun = false, signal } = options
  const abortable = signal === undefined ? {} : { signal }
  const short: ObjectKey[] = []
  for await (const { key, lockedUntilMs } of packsOfTree(repository, place, tree, abortable))
    if (lockedUntilMs < untilMs && (done.get(key) ?? 0) < untilMs) short.push(key)
  const further = untilMs + immutability.generationMs
  if (!dryRun && short.length > 0)
    await repository.store.extendAll(short, further, { lockMode: immutability.lockMode, ...abortable })
  for (const key of short) done.set(key, further)
  return short.length
}

/** All packs of a tree, and until when they are known to be locked. Pages are read that `passes` lets through. */
export async function* packsOfTree(
  { view }: Repository,
  { backup }: Pick<LogPlace, "backup">,
  tree: PointTree,
  options: { readonly passes?: (pointer: PagePointer) => boolean; readonly signal?: AbortSignal } = {},
): AsyncIterable<{ readonly key: ObjectKey; readonly lockedUntilMs: number; readonly storedBytes: number }> {
  const { passes, ...abortable } = options
  for (const { session, number, lockedUntilMs = 0, storedBytes } of tree.mapPacks)
    yield { key: parseObjectKey(layout.pack(backup, session, number)), lockedUntilMs, storedBytes }
  const { table } = pointReader(view, backup, tree, abortable)
  for await (const { record } of table.records(passes && { passes })) {
    const { session, number, lockedUntilMs, storedBytes } = record
    yield { key: parseObjectKey(layout.pack(backup, session, number)), lockedUntilMs, storedBytes }
  }
}
