import { BIRTH_KEY, findSetting, layout, pointReader, randomId, readManifest } from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import { appendSettings } from "./append-settings.ts"
import { EngineError } from "./engine-error.ts"
import { findWorkloads } from "./find-workloads.ts"
import type { Repository } from "./repository.ts"

export interface AdoptReport {
  /** Whether there was anything to do: `false` if the repository was at its own place. */
  readonly adopted: boolean
  readonly points: number
  readonly packs: number
}

/**
 * Makes a repository that was copied by other means writable at its new place, after every pack that a living point
 * names was found with its size.
 * @throws EngineError `Damaged` naming what is missing, `NeedsNewer`
 */
export async function adoptRepository(
  repository: Repository,
  { dryRun = false, signal }: { readonly dryRun?: boolean; readonly signal?: AbortSignal } = {},
): Promise<AdoptReport> {
  const abortable = signal === undefined ? {} : { signal }
  const reason = repository.notWritable
  if (reason === undefined) return { adopted: false, points: 0, packs: 0 }
  if (reason.code !== "NotWritable") throw reason
  const present = new Set<string>()
  let points = 0
  for await (const { job, place, state } of findWorkloads(repository, abortable)) {
    if (state.broken.length > 0)
      throw new EngineError(
        "Damaged",
        `log of ${job}/${state.workload.name}: entry ${state.broken.join(", ")} is missing or does not open`,
      )
    for (const point of state.points) {
      points++
      const manifest = await readManifest(repository.view, place, point, abortable)
      const reader = pointReader(repository.view, place.backup, manifest, abortable)
      const check = async (key: string, storedBytes: number) => {
        if (present.has(key)) return
        const head = await repository.store.head(parseObjectKey(key), abortable)
        if (head?.objectBytes !== storedBytes)
          throw new EngineError(
            "Damaged",
            `point ${point.point} of ${job}/${state.workload.name} needs ${key} with ${storedBytes} bytes, found ${head?.objectBytes ?? "none"}`,
            {
              hint: "Finish copying the repository's files, then adopt it.",
            },
          )
        present.add(key)
      }
      for (const pack of manifest.mapPacks)
        await check(layout.pack(place.backup, pack.session, pack.number), pack.storedBytes)
      for await (const { record } of reader.table.records())
        await check(layout.pack(place.backup, record.session, record.number), record.storedBytes)
    }
  }
  if (!dryRun) {
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
}
