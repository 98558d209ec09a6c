import { layout, type LogPlace, readEntry, readLog, type SiblingHead } from "@bcopy/chain-format"
import type { FoundWorkload } from "./find-workloads.ts"
import type { Repository } from "./repository.ts"

/** A log that is not as long as somebody says. */
export interface Contradiction {
  readonly job: string
  readonly workload: string
  readonly message: string
}

/**
 * What is known of the lengths of logs from elsewhere: newest entries cannot be missed by the log that lost them. Entries of
 * other logs speak of them, and so does what was remembered from runs before.
 */
export class LogWitnesses {
  readonly #repository: Repository
  readonly #heard = new Map<string, FoundWorkload>()
  readonly #claims = new Map<string, SiblingHead & { readonly by: FoundWorkload }>()

  constructor(repository: Repository) {
    this.#repository = repository
  }

  /** Takes in what the newest points of a log say of others. */
  async hear(found: FoundWorkload, options: { readonly signal?: AbortSignal }): Promise<void> {
    const { place, state } = found
    this.#heard.set(layout.log(place.backup, place.workload), found)
    const newest = state.points.at(-1)
    if (newest === undefined) return
    // One that does not open is told of where points are verified.
    const read = await readEntry(this.#repository.view, place, newest.entry, {
      ...options,
      digest: newest.digest,
    }).catch(() => undefined)
    for (const head of read?.entry.heads ?? []) {
      const prefix = layout.log(place.backup, head.workload)
      if ((this.#claims.get(prefix)?.number ?? 0) < head.number) this.#claims.set(prefix, { ...head, by: found })
    }
  }

  /** Logs that are shorter than others or this machine know them, or that are gone. */
  async contradictions(options: {
    /** Whether all logs of the repository were heard. */
    readonly isWhole: boolean
    readonly signal?: AbortSignal
  }): Promise<readonly Contradiction[]> {
    const { isWhole, ...abortable } = options
    const { view, heads } = this.#repository
    const found: Contradiction[] = []
    for (const [prefix, { workload, number, digest, by }] of this.#claims) {
      const heard = this.#heard.get(prefix)
      const place: LogPlace = { backup: by.place.backup, workload }
      // It may have been heard before it became so long.
      const isShort = heard !== undefined && heard.state.head.number < number
      if (isShort && (await this.#hasEntry(place, number, digest, abortable))) continue
      const state = heard?.state ?? (await readLog(view, place, abortable).catch(() => undefined))
      const name = heard?.state.workload.name ?? workload
      const said = `${by.job}/${by.state.workload.name} says that it had entry ${number}`
      const tell = (message: string) => found.push({ job: by.job, workload: name, message })
      if (state === undefined) tell(`its log is gone, and ${said}`)
      else if (state.head.number < number) tell(`its log ends at entry ${state.head.number}, and ${said}`)
      else {
        const known = [state.head, ...state.since].find((one) => one.number === number)
        // One that was given up was told of then, and stays another one for ever.
        if (known !== undefined && known.digest !== digest && !state.lost.includes(number))
          tell(`its entry ${number} is another one than ${by.job} knew`)
      }
    }
    for (const [prefix, { job, state }] of this.#heard) {
      const seen = heads.remembered(prefix)
      if (seen > state.head.number)
        found.push({
          job,
          workload: state.workload.name,
          message: `its log ends at entry ${state.head.number}, and had ${seen} when it was last seen here`,
        })
    }
    if (isWhole)
      for (const prefix of heads.unseen(layout.backups))
        if (prefix.includes("/log/"))
          found.push({
            job: "",
            workload: prefix.slice(0, -1),
            message: "its log was there when it was last seen, and is gone",
          })
    return found
  }

  async #hasEntry(place: LogPlace, number: number, digest: string, options: { readonly signal?: AbortSignal }) {
    return readEntry(this.#repository.view, place, number, { ...options, digest }).then(
      () => true,
      () => false,
    )
  }
}
