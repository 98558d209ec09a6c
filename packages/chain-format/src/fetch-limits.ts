/** How bytes that lie near to each other are fetched. */
export interface FetchLimits {
  /** What lies nearer together than this is fetched with one read, and what lies between it with it. */
  readonly gapBytes: number
  /** Most bytes of one read. */
  readonly maxBytes: number
  /** So many reads are on their way at once. */
  readonly atOnce: number
}

/** For a store to which a request is as good as nothing: little that nobody wants is read, and little memory taken. */
export const nearFetch: FetchLimits = { gapBytes: 64 << 10, maxBytes: 8 << 20, atOnce: 1 }

/**
 * For a store to which every request travels, and is paid for: a pack of the usual size, which is full when its
 * last slot passes 32 MiB, comes with one. What passes in the
 * time of a request, some 1 MiB, is passed over with it.
 */
export const farFetch: FetchLimits = { gapBytes: 1 << 20, maxBytes: 34 << 20, atOnce: 2 }
