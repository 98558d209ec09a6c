/** What bcopy asks of a place that backups come from. */

export type {
  ContentTree,
  OpenOptions,
  OpenPoint,
  PointConsistency,
  PointOrigin,
  ReadBlocksOptions,
  SealedDisk,
  SealedSlots,
  Source,
  SourceDisk,
  SourcePoint,
  Span,
  SpanOptions,
} from "./source.ts"

export { isSourceError, SourceError, type SourceErrorCode } from "./source-error.ts"
export { throwIfAborted } from "./throw-if-aborted.ts"

export { isImageLevel, mayCopyAgain, parsePlatform, platforms, type Platform } from "./platforms.ts"
export { checkCopyAllowed, type CopyAttempt } from "./check-copy-allowed.ts"

export { holeSpans, type Hole, type HoleSpansOptions } from "./hole-spans.ts"
