import type { Hole } from "../hole-spans.ts"

/** A disk made of nothing but numbers: the same numbers give the same bytes, on every machine and in every run. */
export interface SyntheticDisk {
  readonly name: string
  readonly sizeBytes: number
  /** Disks with other seeds hold other bytes; 0 by default. */
  readonly seed?: number
  /** Share of the disk that is zero, in runs of 4 MiB and more; 0.5 by default. */
  readonly zeroShare?: number
  /** Share of the 64 KiB grains that change from one generation to the next, outside of zeros; 0.02 by default. */
  readonly changedShare?: number
  /** Share of each grain that does not compress; 0.5 by default. */
  readonly randomShare?: number
}

/** Unit in which content changes. */
const GRAIN_BYTES = 64 << 10
/** Unit in which content is zero or not. */
const REGION_BYTES = 4 << 20

const VERSION = 1
const REZONE = 2
const ZERO = 3
const CONTENT = 4

/** Fills `into` with the disk's bytes from `offsetBytes` on, as they are in `generation` (0, 1, …); zeros past the end. */
export function readSynthetic(disk: SyntheticDisk, generation: number, offsetBytes: number, into: Uint8Array): void {
  const end = Math.min(offsetBytes + into.length, disk.sizeBytes)
  into.fill(0, Math.max(0, end - offsetBytes))
  const words = new Uint32Array(GRAIN_BYTES / 4)
  const grainBytes = new Uint8Array(words.buffer)
  for (let at = offsetBytes; at < end;) {
    const grain = Math.floor(at / GRAIN_BYTES)
    const behind = Math.min(end, (grain + 1) * GRAIN_BYTES)
    const target = into.subarray(at - offsetBytes, behind - offsetBytes)
    if (isZero(disk, Math.floor(at / REGION_BYTES), generation)) target.fill(0)
    else {
      fillGrain(words, disk, grain, generation)
      target.set(grainBytes.subarray(at - grain * GRAIN_BYTES, behind - grain * GRAIN_BYTES))
    }
    at = behind
  }
}

/** The zero runs of the disk in `generation`, ascending. */
export function* syntheticHoles(disk: SyntheticDisk, generation: number): Generator<Hole> {
  for (let region = 0; region * REGION_BYTES < disk.sizeBytes; region++)
    if (isZero(disk, region, generation)) yield { offsetBytes: region * REGION_BYTES, lengthBytes: REGION_BYTES }
}

function isZero(disk: SyntheticDisk, region: number, generation: number): boolean {
  const { seed = 0, zeroShare = 0.5, changedShare = 0.02 } = disk
  // Zeros come and go too, more seldom than bytes change: an increment has to follow both.
  const decided = lastChange(seed, region, REZONE, generation, changedShare / 8)
  return share(mix(seed, region, decided, ZERO)) < zeroShare
}

function fillGrain(words: Uint32Array, disk: SyntheticDisk, grain: number, generation: number): void {
  const { seed = 0, changedShare = 0.02, randomShare = 0.5 } = disk
  const version = lastChange(seed, grain, VERSION, generation, changedShare)
  // xorshift32 never leaves and never reaches zero: a grain that is not zero by plan is not zero by chance.
  let state = mix(seed, grain, version, CONTENT) || 1
  const random = Math.round(words.length * randomShare)
  words.fill(state, random)
  for (let word = 0; word < random; word++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[word] = state
  }
}

/** The newest generation up to `generation` in which the thing numbered `index` changed. */
function lastChange(seed: number, index: number, kind: number, generation: number, changedShare: number): number {
  for (let each = generation; each > 0; each--) if (share(mix(seed, index, each, kind)) < changedShare) return each
  return 0
}

function share(hash: number): number {
  return hash / 2 ** 32
}

/** A 32-bit hash of four numbers, the second of which may have up to 53 bits. */
function mix(seed: number, index: number, generation: number, kind: number): number {
  let hash = seed
  for (const value of [index, index / 2 ** 32, generation, kind]) {
    hash = Math.imul(hash ^ (value | 0) ^ 0x9e3779b9, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return hash >>> 0
}
