/** Seals and opens what a bcopy repository stores, and keeps its keys in slots. */

// Errors
export { CryptoError, type CryptoErrorCode, isCryptoError } from "./crypto-error.ts"

// Objects
export {
  type EpochKey,
  epochOf,
  HINT_BYTES,
  type ObjectOpening,
  type ObjectPlace,
  type ObjectSealing,
  openObject,
  openObjectByHint,
  sealObject,
  SUITE_HEADER_BYTES,
  SUITE_ID,
  TAG_BYTES,
} from "./object-seal.ts"
export { entryTagger, idMac } from "./entry-tag.ts"
export type { SecretKey } from "./secret-key.ts"

// Root generations and epochs
export {
  descendsFrom,
  fingerprintOf,
  firstGeneration,
  type KeyRing,
  markOf,
  nextGeneration,
  type Random,
  type RingMark,
} from "./key-ring.ts"

// Key slots
export { isProven, type KeySlot, parseKeySlot, type SlotFacts, type SlotMeans } from "./key-slot.ts"
export { type ExternalKey, makeSlot, type MakeSlotOptions, type SlotHolder } from "./make-slot.ts"
export { type Secret, unlock, type Unlocked, type UnlockResult } from "./unlock.ts"
export { defaultPasswordParameters, type PasswordParameters } from "./password-key.ts"
export { parseRecoveryKit, type RecoveryKit, renderRecoveryKit } from "./recovery-kit.ts"
export { newX25519Pair, type X25519Pair } from "./hpke.ts"
