import {
  equalBytes,
  FormatError,
  type Opening,
  type SealSuite,
  objectKinds,
  type ObjectKind,
  type RootMark,
} from "@bcopy/chain-format"
import {
  type EpochKey,
  epochOf,
  fingerprintOf,
  isCryptoError,
  type KeyRing,
  type ObjectOpening,
  openObject,
  openObjectByHint,
  type Random,
  sealObject,
  SUITE_ID,
  TAG_BYTES,
} from "@bcopy/crypto"

const SALT_BYTES = 32

/** Pages and slots of a pack are asked for one after the other: so many openings are kept for the next of them. */
const KEPT_OPENINGS = 8

/** What a suite of an encrypted repository is made of; clonable, so that movers can make it too. */
export interface GcmSeed {
  readonly suite: typeof SUITE_ID
  readonly repository: string
  /** The epoch that is sealed under. */
  readonly sealEpoch: number
  readonly epochs: readonly EpochKey[]
  /** Whether these are all epochs up to the one that is sealed under: another number below it is none at all. */
  readonly isWhole?: boolean
  /** Whether what was sealed before this epoch opens no more. */
  readonly endedBelow?: number
}

/** The seed of a ring; sealed is under the epoch of the generation in force, or else under the newest. */
export function gcmSeed({ repository, generation, epochs }: KeyRing, inForce?: RootMark): GcmSeed {
  const isWhole =
    inForce !== undefined && fingerprintOf({ repository, epochs }, inForce.generation) === inForce.fingerprint
  return { suite: SUITE_ID, repository, sealEpoch: inForce?.generation ?? generation, epochs, isWhole }
}

/** The suite of encrypted repositories: docs/format.md, Suites. Cryptography is `@bcopy/crypto`'s. */
export function gcmSuite(seed: GcmSeed, random: Random): SealSuite {
  const { repository, sealEpoch, epochs, isWhole = false, endedBelow = 0 } = seed
  const keyOf = (epoch: number) => epochs.find((one) => one.epoch === epoch)?.key
  const openings = new Map<string, { readonly kind: ObjectKind; readonly opening: Opening }>()
  const placeOf = (kind: ObjectKind, objectKey: string) => ({ repository, kind: objectKinds[kind], objectKey })
  return {
    id: SUITE_ID,
    overheadBytes: TAG_BYTES,
    seed,
    begin(kind, objectKey) {
      const key = keyOf(sealEpoch)
      if (key === undefined)
        throw new FormatError(
          "NeedsKey",
          `${objectKey} is to be sealed under epoch ${sealEpoch}, whose key is not at hand`,
        )
      const sealing = sealObject({ epoch: sealEpoch, key }, placeOf(kind, objectKey), random(SALT_BYTES))
      const { header, hint } = sealing
      return {
        header,
        hint,
        slot: (number, body, _last, associated, into) => sealing.slot(number, body, associated, into),
      }
    },
    open(kind, objectKey, header) {
      const place = placeOf(kind, objectKey)
      const opening = asOpening(
        () => openObject(place, header, keyOf),
        () => (isWhole && (epochOf(header) ?? 0) < sealEpoch) || isOfAnotherEpoch(header),
      )
      const epoch = epochOf(header) ?? 0
      if (epoch < endedBelow)
        throw new FormatError(
          "Unopenable",
          `${objectKey} is sealed under epoch ${epoch}, and a rotation to epoch ${endedBelow} was before it`,
        )
      return opening

      /** A damaged number of an epoch is told from one that is not known: the commitment names the true one. */
      function isOfAnotherEpoch(bytes: Uint8Array): boolean {
        return epochs.some(({ key }) => {
          try {
            openObject(place, bytes, () => key)
            return true
          } catch {
            return false
          }
        })
      }
    },
    openByHint(kind, objectKey, hint) {
      const known = openings.get(objectKey)
      if (known?.kind === kind && equalBytes(known.opening.hint, hint)) return known.opening
      const opening = asOpening(() => openObjectByHint(placeOf(kind, objectKey), hint, keyOf))
      openings.delete(objectKey)
      openings.set(objectKey, { kind, opening })
      for (const oldest of openings.keys()) {
        if (openings.size <= KEPT_OPENINGS) break
        openings.delete(oldest)
      }
      return opening
    },
  }

  function asOpening(open: () => ObjectOpening, isDamaged: () => boolean = () => false): Opening {
    const opening = inFormat(open, isDamaged)
    return {
      hint: opening.hint,
      slot: (number, sealed, _last, associated, into) => inFormat(() => opening.slot(number, sealed, associated, into)),
    }
  }
}

function inFormat<Result>(work: () => Result, isDamaged: () => boolean = () => false): Result {
  try {
    return work()
  } catch (error) {
    if (!isCryptoError(error)) throw error
    if (error.code === "UnknownEpoch" && !isDamaged())
      throw new FormatError("NeedsKey", error.message, { cause: error })
    throw new FormatError("Unopenable", error.message, { cause: error })
  }
}
