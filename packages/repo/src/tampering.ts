import type { ObjectKey } from "./object-key.ts"

/**
 * Something put over a key that is written once. It changes nothing of what the key means and is never obeyed, but
 * somebody or something did it. May be reported more than once for the same version.
 *
 * An honest writer that lost a race also leaves a newer version, for the moment until it takes it away, or for good if
 * it is killed in that moment: `modifiedAtMs` and `oldestModifiedAtMs` then lie no further apart than a request is long.
 */
export interface Tampering {
  readonly key: ObjectKey
  /** A newer version with other bytes than the oldest one, or a delete marker. */
  readonly kind: "newer-version" | "marker"
  readonly version: string
  readonly modifiedAtMs: number
  /** When the version that counts was made; `undefined` if there is none. */
  readonly oldestModifiedAtMs: number | undefined
}

export type OnTampering = (tampering: Tampering) => void
