import type { BackupId, SessionId } from "@bcopy/chain-format"

/** Numbers the packs of a session: data and map packs in one row, from 1. */
export class SessionPacks {
  readonly backup: BackupId
  readonly session: SessionId
  #last = 0

  constructor(backup: BackupId, session: SessionId) {
    this.backup = backup
    this.session = session
  }

  /** The newest number given. */
  get last(): number {
    return this.#last
  }

  next(): number {
    this.#last++
    return this.#last
  }
}
