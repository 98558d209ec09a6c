/** What bcopy asks of a place that keeps objects. */

// the contract
export type {
  CreateOptions,
  CreateResult,
  ExtendOptions,
  ListedObject,
  ListOptions,
  ListPage,
  ListVersionsOptions,
  LockMode,
  ObjectHead,
  ObjectName,
  ObjectVersion,
  ReadOptions,
  ReadResult,
  RemoveFailure,
  RepoStore,
  StoreCapabilities,
  VersionOptions,
  VersionPage,
} from "./repo-store.ts"
export { MAX_KEY_BYTES, type ObjectKey, parseObjectKey } from "./object-key.ts"
export { isRetryable, isStoreError, StoreError, type StoreErrorCode } from "./store-error.ts"
export type { Clock } from "./clock.ts"

// the laws
export { type ReadPackOptions, writeOnce, type WriteOnceOptions, type WriteOnceStore } from "./write-once.ts"
export type { WriteOnceResult } from "./create-once.ts"
export { appendEntry, type AppendedEntry, type AppendOptions, type DecidedEntry } from "./append-entry.ts"
export type { ExtendReport } from "./extend-all.ts"
export type { OverlaidObject } from "./remove-all.ts"
export type { OnTampering, Tampering } from "./tampering.ts"

// wrappers
export { type RetryOptions, type StoreRetry, withRetry } from "./with-retry.ts"
export { type Retry, retrying, type RetryPolicy } from "./retrying.ts"
export { withLimit } from "./with-limit.ts"
export { type PaceOptions, withPace } from "./with-pace.ts"
export { type StoreCounts, withCount } from "./with-count.ts"
export { readOnly } from "./read-only.ts"
export { type Around, aroundRequests, type StoreMethod, type StoreRequest } from "./around-requests.ts"

// in memory
export { type MemorySnapshot, type MemoryStore, type MemoryStoreOptions, memoryStore } from "./memory-store.ts"

// for those who write a store
export { removeOneByOne } from "./remove-one-by-one.ts"
export { cutRange } from "./cut-range.ts"
export { throwIfAborted } from "./throw-if-aborted.ts"
