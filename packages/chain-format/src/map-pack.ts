import type { SessionId } from "./ids.ts"
/** A map pack as a manifest lists it; pages name it by its `pack` number. */
export interface MapPackRef {
  /** Number that page pointers use; given once, never again to another pack. */
  readonly pack: number
  readonly session: SessionId
  /** Number of the pack in its session. */
  readonly number: number
  readonly hint: Uint8Array
  /** Size of the object. */
  readonly storedBytes: number
  /** Bytes of the pages in it that the point uses. */
  readonly liveBytes: number
  /** Object Lock: until when the pack is locked at least, milliseconds since 1970; absent if it is not. */
  readonly lockedUntilMs?: number
}
