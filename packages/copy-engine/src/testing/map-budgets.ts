/** What the pages of a full's block maps may take of its source, with blocks of 64 KiB. */
export const FULL_MAP_SHARE = 0.00055
/** The same of a disk whose blocks lie scattered over many packs. */
export const AGED_MAP_SHARE = 0.0007

/** What an increment's pages may take, even if every changed block stands alone. */
export function pagesAllowed(changedBytes: number): number {
  return changedBytes / 4 + (64 << 10)
}

/** What an increment's log entry and beats may take; with a catalogue, so much more for each point of the chain. */
export const ENTRY_AND_BEATS_BYTES = 16 << 10
export const CATALOGUE_BYTES_PER_POINT = 128

/** What a data pack of an increment may take beside so many blocks: 68 of it for what an encrypted one is opened with. */
export function framesAllowed(blocks: number): number {
  return 228 + 16 * blocks
}

/** What an increment may ask of the store beside map packs, with opening the repository and its beats. */
export const REQUESTS = 18
