import type { ObjectKind } from "./object-kind.ts"

/**
 * How slots are sealed and opened: passed in, so that encryption changes nothing here. Everything is synchronous and
 * keeps no reference to what it was given.
 */
export interface SealSuite {
  /** docs/format.md, Suites: stands in every pack header. */
  readonly id: number
  /** How many bytes `slot` adds to a body: the tag. */
  readonly overheadBytes: number
  /** A clonable value, of which whoever made the suite makes it again in another thread. */
  readonly seed?: unknown
  /** Starts the sealing of one object. Two calls never give sealings with equal secrets. */
  begin(kind: ObjectKind, objectKey: string): Sealing
  /** Prepares to open an object by the suite's part of its header. @throws FormatError `BadValue`, `Unopenable`, `NeedsKey` */
  open(kind: ObjectKind, objectKey: string, header: Uint8Array): Opening
  /** The same by the hint that pack tables and manifests keep, so that a ranged read needs no header. */
  openByHint(kind: ObjectKind, objectKey: string, hint: Uint8Array): Opening
}

/** One object being sealed. */
export interface Sealing {
  /** The suite's part of the object's header. */
  readonly header: Uint8Array
  /** What `openByHint` needs. */
  readonly hint: Uint8Array
  /**
   * Seals the body of slot `number` into `into`, which is exactly `overheadBytes` longer: body, then tag. `associated`
   * (docs/format.md, Slots) is authenticated with it. Gives how many bytes were written, which must be all of them.
   */
  slot(number: number, body: Uint8Array, last: boolean, associated: Uint8Array, into: Uint8Array): number
}

/** One object being opened. */
export interface Opening {
  readonly hint: Uint8Array
  /**
   * The body of slot `number`: it may be a view of `sealed`, or of `into`, where that is given and large enough.
   * @throws FormatError `Unopenable` if anything is not as it was sealed
   */
  slot(number: number, sealed: Uint8Array, last: boolean, associated: Uint8Array, into?: Uint8Array): Uint8Array
}

/** Compression of slots, passed in. docs/format.md, Slots: codec 1 is Zstandard (RFC 8878). */
export interface Codec {
  compress(bytes: Uint8Array, level: number): Uint8Array
  /** Gives exactly `plainBytes` bytes or throws; never allocates more. */
  decompress(bytes: Uint8Array, plainBytes: number): Uint8Array
  /** What one of the above gave is not needed any more: its memory may go at once. */
  release?(bytes: Uint8Array): void
}

/** SHA-256 (FIPS 180-4) of the bytes: 32 bytes. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array
