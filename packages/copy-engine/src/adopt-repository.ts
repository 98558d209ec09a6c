import {
  type BackupId,
  BIRTH_KEY,
  findSetting,
  isDamage,
  layout,
  pointReader,
  type PointTree,
  randomId,
  readManifest,
  type SessionId,
} from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import { appendLogEntry } from "./append-log-entry.ts"
import { appendSettings } from "./append-settings.ts"
import { EngineError } from "./engine-error.ts"
import { findIncomplete } from "./find-incomplete.ts"
import { findWorkloads, type FoundWorkload } from "./find-workloads.ts"
import type { Repository } from "./repository.ts"

export interface AdoptReport {
  /** Whether there was anything to do: `false` if the repository was at its own place. */
  readonly adopted: boolean
  readonly points: number
  readonly packs: number
}

/**
 * Makes a repository that was copied by other means writable at its new place, after every pack that a living point
 * names was found with its size. Entries that are missing at a log's head are accepted only when asked to. Sessions whose work was not copied whole are abandoned.
 * @throws EngineError `Damaged` naming what is missing, `NeedsNewer`
 */
export async function adoptRepository(
  repository: Repository,
  options: { readonly dryRun?: boolean; readonly acceptBroken?: boolean; readonly signal?: AbortSignal } = {},
): Promise<AdoptReport> {
  const { dryRun = false, acceptBroken = false, signal } = options
  const abortable = signal === undefined ? {} : { signal }
  const reason = repository.notWritable
  if (reason === undefined) return { adopted: false, points: 0, packs: 0 }
  if (reason.code !== "NotWritable") throw reason
  const present = new Set<string>()
  const incomplete: { readonly found: FoundWorkload; readonly session: SessionId }[] = []
  let points = 0
  for await (const found of findWorkloads(repository, abortable)) {
    const { job, place, state } = found
    if (state.broken.length > 0 && !acceptBroken)
      throw new EngineError(
        "Damaged",
        `log of ${job}/${state.workload.name}: entry ${state.broken.join(", ")} is missing or does not open`,
        {
          hint: "Finish copying the repository's files. If it is lost for good, adopt with --yes, then run `bcopy verify`.",
        },
      )
    for (const point of state.points) {
      points++
      // Nothing builds on a point that is known to be damaged: what it lacks keeps nobody from going on.
      if (point.damaged === true) continue
      const manifest = await readManifest(repository.view, place, point, abortable)
      const lacking = await findLacking(place.backup, manifest)
      if (lacking === undefined) continue
      const { key, storedBytes, foundBytes } = lacking
      throw new EngineError(
        "Damaged",
        `point ${point.point} of ${job}/${state.workload.name} needs ${key} with ${storedBytes} bytes, found ${foundBytes ?? "none"}`,
        { hint: "Finish copying the repository's files, then adopt it." },
      )
    }
    const isWhole = (tree: PointTree) => isWholeCheckpoint(place.backup, tree)
    for (const session of await findIncomplete(repository, place, state, isWhole, abortable))
      incomplete.push({ found, session })
  }
  if (!dryRun) {
    for (const { found, session } of incomplete) await abandon(found, session)
    const instance = await repository.store.instance(parseObjectKey(BIRTH_KEY), abortable)
    if (instance === undefined) throw new EngineError("NoRepository", `${repository.name}: ${BIRTH_KEY} is gone`)
    await appendSettings(repository, layout.repositorySettings, repository.settings, {
      session: randomId(repository.seams.random(16)),
      records: [{ type: "instance", instance }],
      unless: (entry) => findSetting(entry, "instance")?.instance === instance,
      ...abortable,
    })
  }
  return { adopted: !dryRun, points, packs: present.size }

  /** The first pack of a tree that is not there with its size. */
  async function findLacking(backup: BackupId, tree: PointTree) {
    const check = async (pack: { session: SessionId; number: number; storedBytes: number }) => {
      const key = layout.pack(backup, pack.session, pack.number)
      if (present.has(key)) return undefined
      const head = await repository.store.head(parseObjectKey(key), abortable)
      if (head?.objectBytes !== pack.storedBytes)
        return { key, storedBytes: pack.storedBytes, foundBytes: head?.objectBytes }
      present.add(key)
      return undefined
    }
    for (const pack of tree.mapPacks) {
      const lacking = await check(pack)
      if (lacking !== undefined) return lacking
    }
    for await (const { record } of pointReader(repository.view, backup, tree, abortable).table.records()) {
      const lacking = await check(record)
      if (lacking !== undefined) return lacking
    }
    return undefined
  }

  async function isWholeCheckpoint(backup: BackupId, tree: PointTree): Promise<boolean> {
    try {
      return (await findLacking(backup, tree)) === undefined
    } catch (error) {
      if (isDamage(error)) return false
      throw error
    }
  }

  /** Its work was not copied whole: no later session may go on from it. */
  async function abandon({ place, state }: FoundWorkload, session: SessionId): Promise<void> {
    await appendLogEntry(
      // The first thing written here, and only after every point was found whole.
      { ...repository, notWritable: undefined },
      {
        place,
        state,
        readAtMs: repository.storeTime.now(),
        session: randomId(repository.seams.random(16)),
        decide: (log) => {
          if (log.fenced.some((mark) => mark.session === session)) return undefined
          return { kind: "fence", fenced: session, outcome: "abandoned" }
        },
        ...abortable,
      },
    )
  }
}
