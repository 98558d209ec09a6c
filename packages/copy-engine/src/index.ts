/** Brings restore points from sources into repositories, and out again. */

// Repositories
export { createRepository, type CreateRepositoryOptions, type RepositoryEncryption } from "./create-repository.ts"
export {
  type EngineSeams,
  openRepository,
  type OpenRepositoryOptions,
  rememberRepository,
  type Repository,
} from "./repository.ts"
export type { RememberedRepository, RepositoryMemory } from "./repository-memory.ts"
export { adoptRepository, type AdoptReport } from "./adopt-repository.ts"
export { type RepositoryOverview, showRepository } from "./show-repository.ts"

// Their keys
export type { KeyAccess, KeyRequest, RepositoryKeys } from "./unlock-repository.ts"
export type { NewSlot, RecoveryMaterial } from "./make-keys.ts"
export {
  addKeySlot,
  changePassword,
  type KeyOverview,
  type ListedSlot,
  listKeys,
  type RemovedSlot,
  removeKeySlot,
  tryKey,
} from "./key-slots.ts"
export { rotateKeys, type RotateKeysOptions, type RotateReport } from "./rotate-keys.ts"
export { rewriteKeys, type RewriteKeysOptions, type RewriteReport } from "./rewrite-keys.ts"
export { epochUse, type EpochUse } from "./epoch-use.ts"

// Bringing points in
export { backUp, type BackUpOptions, type BackUpReport } from "./back-up.ts"
export { copy, type CopyOptions, type CopyReport, type PlannedPoint } from "./copy.ts"
export { type CopyTask, planCopy, type PlanCopyOptions } from "./plan-copy.ts"
export type { TransferOptions } from "./transfer-options.ts"
export { StartedMovers, startMovers, type StartMoversOptions } from "./started-movers.ts"
export { type DiskTags, SCAN_KEY_BYTES, SCAN_TAG_BYTES, type ScanCache, type ScannedDisk } from "./scan-cache.ts"
export type { BroughtPoint } from "./bring-point.ts"

// What the store can do
export { recordedPassport, recordPassport } from "./record-passport.ts"

// Points in a repository
export { findWorkload, findWorkloads, type FindWorkloadsOptions, type FoundWorkload } from "./find-workloads.ts"
export { findPoint, type ListedPoint, listPoints } from "./list-points.ts"
export { pinPoint, removePoints, restoreRemoved, unpinPoint } from "./change-points.ts"
export { listRemoved, type RemovedPointListed } from "./list-removed.ts"

// Which of them stay
export { acceptPolicy, type AcceptedPolicy, type AcceptPolicyOptions } from "./accept-policy.ts"
export { planWorkloads, type PlanWorkloadsOptions, type WorkloadPlan } from "./plan-workloads.ts"
export {
  DEFAULT_UNDO_MS,
  removeExpired,
  type RemovedOfWorkload,
  type RemoveExpiredOptions,
  type RemoveExpiredReport,
} from "./remove-expired.ts"
export { policyInForce } from "./retention-policy.ts"

// Locking what must stay
export {
  acceptImmutability,
  type AcceptedImmutability,
  type AcceptImmutabilityOptions,
  MAX_LOCK_DAYS,
} from "./locks/accept-immutability.ts"
export { DEFAULT_GENERATION_DAYS, type Immutability, immutabilityIn, LONG_LOCK_MS } from "./locks/immutability.ts"
export { explainLocks, type LockedInMonth, type LockedPoint, type LocksOfRepository } from "./locks/explain-locks.ts"
export {
  type ExtendedOfWorkload,
  extendLocks,
  type ExtendLocksOptions,
  type ExtendLocksReport,
} from "./locks/extend-locks.ts"

// Giving space back
export { explainSpace, type HoldingSession, type PackSum, type SpaceOfBackup } from "./reclaim/explain-space.ts"
export {
  DEFAULT_MAX_UNUSED,
  reclaim,
  type ReclaimedOfBackup,
  type ReclaimOptions,
  type ReclaimReport,
} from "./reclaim/reclaim.ts"

// Getting them out, and proving them
export { restore, type RestoreOptions, type RestoreReport } from "./restore.ts"
export type { DiskRestore } from "./restore-disk.ts"
export { verify, type VerifyOptions, type VerifyReport } from "./verify.ts"

// What it takes from its surroundings
export { makeFolders } from "./make-folders.ts"
export { clearSuite } from "./clear-suite.ts"
export { type EngineClock, systemClock } from "./clock.ts"
export { type EngineHost, systemHost } from "./host.ts"
export { EngineError, type EngineErrorCode, isEngineError } from "./engine-error.ts"
export type { EngineEvent, OnEvent, TransferCounts } from "./engine-event.ts"
