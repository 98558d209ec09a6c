/** Bytes of the tag of a block. */
export const SCAN_TAG_BYTES = 16

/** Bytes of the key that tags are made with. */
export const SCAN_KEY_BYTES = 32

/** What tells a disk from all others. */
export interface ScannedDisk {
  /** Id of the repository that it is backed up to. */
  readonly repository: string
  readonly job: string
  readonly workload: string
  readonly disk: string
}

/** What is remembered of one disk. That it fails costs time and nothing else. */
export interface DiskTags {
  /** Tags of blocks, {@link SCAN_TAG_BYTES} each; zeros where there is none. */
  read(first: number, count: number): Promise<Uint8Array>
  /** Remembers tags of blocks in place of those before; stretch by stretch, in the order of the disk. */
  write(first: number, tags: Uint8Array): Promise<void>
  close(): Promise<void>
}

/**
 * What a machine remembers of the disks that it has read: a tag for each block, made of its content and its id under a key
 * of the machine. When the disk is read again, a block whose tag is the same, for the id that the base has at its place, is
 * known to be as in the base, in a fifth of the time that it takes to hash it. Each tag stands for itself: whatever of them
 * is lost, old, torn or of another disk, is only not recognized. docs/design.md, Scans
 */
export interface ScanCache {
  /** Secret, {@link SCAN_KEY_BYTES}: who knows it could make content that is taken for another. */
  readonly key: Uint8Array
  open(disk: ScannedDisk): Promise<DiskTags>
}

/** A cache that may fail at any time, and is then done without. */
export class CarefulTags {
  readonly #options: { readonly cache: ScanCache; readonly disk: ScannedDisk; readonly rehash: boolean }
  #tags: Promise<DiskTags | undefined> | undefined

  /** @param options.rehash whether nothing is to be recognized, only remembered */
  constructor(options: { readonly cache: ScanCache; readonly disk: ScannedDisk; readonly rehash: boolean }) {
    this.#options = options
  }

  /** `undefined` when there is nothing to remember tags in. */
  async read(first: number, count: number): Promise<Uint8Array | undefined> {
    return this.#attempt(async (tags) => {
      if (this.#options.rehash) return new Uint8Array(count * SCAN_TAG_BYTES)
      const found = await tags.read(first, count)
      return found.length === count * SCAN_TAG_BYTES ? found : undefined
    })
  }

  async write(first: number, made: Uint8Array): Promise<void> {
    await this.#attempt((tags) => tags.write(first, made))
  }

  async close(): Promise<void> {
    if (this.#tags !== undefined) await this.#attempt((tags) => tags.close())
    this.#tags = Promise.resolve(undefined)
  }

  async #attempt<Value>(work: (tags: DiskTags) => Promise<Value>): Promise<Value | undefined> {
    const { cache, disk } = this.#options
    try {
      const tags = await (this.#tags ??= cache.open(disk))
      return tags && (await work(tags))
    } catch {
      this.#tags = Promise.resolve(undefined)
      return undefined
    }
  }
}
