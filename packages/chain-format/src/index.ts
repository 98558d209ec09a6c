/** Encodes, decodes and folds what makes up a bcopy repository: packs, block maps and logs. */

// Errors and limits
export { FormatError, type FormatErrorCode, isDamage, isFormatError, withKey } from "./format-error.ts"
export {
  blockCount,
  CATALOGUE_EVERY,
  DEFAULT_BLOCK_BYTES,
  DEFAULT_PACK_BYTES,
  DIGEST_BYTES,
  ID_BYTES,
  INNER_CHILDREN,
  isBlockSize,
  LEAF_BLOCKS,
  MAX_BLOCK_BYTES,
  MAX_BODY_BYTES,
  MAX_DISKS,
  MAX_MAP_PACKS,
  MAX_PACK_BYTES,
  MIN_BLOCK_BYTES,
  MIN_PACK_BYTES,
  NEVER_VOID,
  placesPerSlot,
  treeHeight,
} from "./limits.ts"

// Names: ids and keys
export {
  type BackupId,
  backupIdOf,
  type Id,
  type IdMac,
  type PointId,
  randomId,
  type RepositoryId,
  type SessionId,
  type WorkloadId,
  workloadIdOf,
} from "./ids.ts"
export {
  ascendingNumber,
  BIRTH_KEY,
  type CondemnedStage,
  condemnedStage,
  entryKey,
  entryNumber,
  type EntryTag,
  layout,
} from "./layout.ts"
export { isName } from "./schema.ts"
export { areZeros, equalBytes, fromHex, toHex } from "./hex.ts"

// The container: packs of slots
export { type ObjectKind, objectKinds } from "./object-kind.ts"
export type { Codec, Opening, SealSuite, Sealing, Sha256 } from "./seal-suite.ts"
export {
  decodePackHeader,
  encodePackHeader,
  FORMAT_VERSION,
  PACK_HEADER_BYTES,
  type PackHeader,
} from "./pack-header.ts"
export { type SlotRange, slotRanges } from "./slot-ranges.ts"
export { farFetch, type FetchLimits, nearFetch } from "./fetch-limits.ts"
export {
  authenticateSlot,
  type CompressedSlot,
  decodeSlotHeader,
  type OpenedSlot,
  openSlot,
  SLOT_HEADER_BYTES,
  type SlotHeader,
  unsealSlot,
} from "./slot.ts"
export {
  type BlockRun,
  type BlocksRecord,
  decodeBlocksFooter,
  decodePagesFooter,
  type PageRecord,
  type PageType,
} from "./pack-footer.ts"
export {
  dataPackWriter,
  mapPackWriter,
  packBufferBytes,
  type PackOptions,
  type PackWriter,
  type SlotPlace,
} from "./pack-writer.ts"
export { openDataPack, type OpenedPack, openMapPack, type OpenPackOptions } from "./pack-reader.ts"
export { decodeSmallObject, encodeSmallObject } from "./small-object.ts"
export type { FeatureBits, FeatureSets } from "./feature-sets.ts"

// Content root, block map, pack table
export { type ContentHash, contentHash } from "./content-hash.ts"
export type { PagePointer } from "./page.ts"
export { type PageBytes, pageReader, type PageReader } from "./page-reader.ts"
export type { PageSink } from "./page-sink.ts"
export { decodeInnerPage, encodeInnerPage, type InnerPage } from "./inner-page.ts"
export { decodeLeafPage, emptyLeaf, encodeLeafPage, type LeafPage, type SlotRef } from "./leaf-page.ts"
export { MapReader, type MapTree } from "./map-reader.ts"
export { MapWriter, type MapWriterOptions } from "./map-writer.ts"
export { decodeTableLeaf, encodeTableLeaf, type PackRecord, type TableLeaf, usedPositions } from "./pack-table-page.ts"
export { PackTable, tableHeight, type TableTree } from "./pack-table.ts"
export { PackUses, type UseChanges } from "./pack-uses.ts"
export { editPackTable, type EditPackTableOptions, type NewPack } from "./edit-pack-table.ts"
export type { MapPackRef } from "./map-pack.ts"
export { planMapMerge } from "./plan-map-merge.ts"
export { relocatePages, type RelocatePagesOptions } from "./relocate-pages.ts"
export { type BlockPlace, moveBlocks, type MoveBlocksOptions, type MovedSubtree } from "./move-blocks.ts"
export { resealPack, type ResealPackOptions } from "./reseal-pack.ts"

// Birth certificate, settings, sessions
export {
  type BirthCertificate,
  type ClearBirth,
  decodeBirthCertificate,
  encodeBirthCertificate,
  type EncryptedBirth,
  ID_SALT_BYTES,
  type RootMark,
} from "./birth-certificate.ts"
export {
  findSetting,
  foldSettings,
  parseSettingsEntry,
  settingsAgainstWriting,
  type SettingsEntry,
  type SettingsRecord,
  type UnknownRecord,
} from "./settings-entry.ts"
export { parseSessionBeat, type SessionBeat, type SessionWriter } from "./session-beat.ts"
export { type Checkpoint, parseCheckpoint } from "./checkpoint.ts"
export { parseReadingSession, type ReadingSession } from "./reading-session.ts"

// Reclaim
export { type CondemnedList, MAX_LISTED_RUNS, type PackRuns, parseCondemnedList, runsOf } from "./condemned-list.ts"
export { proveLog, type ProvenLog } from "./prove-log.ts"

// The commit log
export type { DiskTree, PointTree } from "./point-tree.ts"
export { type DiskManifest, type Manifest, parseManifest } from "./manifest.ts"
export type {
  BarrierBody,
  EntryBody,
  FenceBody,
  PointRef,
  PointSummary,
  RehomedBody,
  SummaryBody,
} from "./entry-body.ts"
export {
  type Catalogue,
  type EntrySummary,
  type LivePoint,
  type LogEntry,
  nextEntry,
  parseLogEntry,
  type RemovedPoint,
  type SiblingHead,
  type SessionMark,
  stateAfter,
  summarize,
} from "./log-entry.ts"

// Reading a repository over passed-in functions
export {
  type KeyPage,
  listFolders,
  type ListKeysOptions,
  type ReadPackBytesOptions,
  type RepositoryView,
} from "./repository-view.ts"
export { findHead, type LogPlace, openEntry, readEntry, readLog, readManifest } from "./read-log.ts"
export { openSettings, readSettings, settingsKind } from "./read-settings.ts"
export { type PointReader, pointReader } from "./point-reader.ts"
export { pageStore, type PageStoreOptions } from "./page-store.ts"
export { fetchPack, locatePack, type StoredPack } from "./stored-pack.ts"
export { type BlockReader, blockReader, type WantedBlock } from "./block-reader.ts"
export { emptyLog, foldEntry, type LogState, newestPoint } from "./log-state.ts"
