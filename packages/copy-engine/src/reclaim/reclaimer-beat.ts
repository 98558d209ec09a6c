import { type BackupId, encodeSmallObject, layout, type SessionBeat, type SessionId } from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import { systemHost } from "../host.ts"
import type { Repository } from "../repository.ts"

/** docs/design.md, Reclaim: a sign of life at least so often, while there is work. */
const BEAT_EVERY_MS = 10 * 60_000

/** The signs of life of who empties sparse packs: its packs are nobody's until points are moved into them. */
export class ReclaimerBeat {
  readonly #repository: Repository
  readonly #backup: BackupId
  readonly #session: SessionId
  readonly #startedAtMs: number
  #number = 0
  #lastMs = 0
  #touched: Promise<void> = Promise.resolve()

  constructor(repository: Repository, backup: BackupId, session: SessionId) {
    this.#repository = repository
    this.#backup = backup
    this.#session = session
    this.#startedAtMs = repository.seams.clock.now()
  }

  /** Gives one if the last is old. Resolves when it is stored. Who comes meanwhile waits for it. */
  async touch(): Promise<void> {
    this.#touched = this.#touched.catch(() => undefined).then(() => this.#touch())
    return this.#touched
  }

  async #touch(): Promise<void> {
    const { clock } = this.#repository.seams
    if (this.#number > 0 && clock.monotonic() - this.#lastMs < BEAT_EVERY_MS) return
    const { store, view, seams } = this.#repository
    const number = this.#number + 1
    const body: SessionBeat = {
      session: this.#session,
      number,
      writer: await (seams.host ?? systemHost).thisWriter(),
      startedAtMs: this.#startedAtMs,
      atMs: clock.now(),
      tail: 0,
    }
    const objectKey = layout.reclaimer(this.#backup, this.#session, number)
    await store.create(parseObjectKey(objectKey), encodeSmallObject("sessionBeat", body, { ...view, objectKey }))
    this.#lastMs = clock.monotonic()
    const before = this.#number
    this.#number = number
    if (before > 0) await this.#remove(before)
  }

  /** The work is over. One that cannot be deleted goes with a later run. */
  async end(): Promise<void> {
    if (this.#number > 0) await this.#remove(this.#number)
  }

  async #remove(number: number): Promise<void> {
    const key = parseObjectKey(layout.reclaimer(this.#backup, this.#session, number))
    await this.#repository.store.removeOwn(key).catch(() => undefined)
  }
}
