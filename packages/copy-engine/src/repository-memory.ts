import type { BirthCertificate, RootMark } from "@bcopy/chain-format"
import { descendsFrom, fingerprintOf, type KeyRing } from "@bcopy/crypto"
import { EngineError } from "./engine-error.ts"

/** What a client remembers of a repository between runs: what a stranger with the right to write could change meanwhile. */
export interface RememberedRepository {
  /** Its id. */
  readonly repository: string
  readonly encrypted: boolean
  /** Root generations that were in force, ascending. */
  readonly roots: readonly RootMark[]
  /** The newest entry of each log by its prefix. */
  readonly heads: Readonly<Record<string, number>>
}

/** Where that is kept. Asked by the place of the store. */
export interface RepositoryMemory {
  recall(place: string): Promise<RememberedRepository | undefined>
  remember(place: string, repository: RememberedRepository): Promise<void>
}

const FORGET = "If that is as it should be, let it be forgotten: `bcopy keys forget --repo REPO`."

/** Holds a birth certificate against what is remembered. @throws EngineError `Refused` */
export function requireRemembered(
  name: string,
  birth: BirthCertificate,
  remembered: RememberedRepository | undefined,
): void {
  if (remembered === undefined) return
  if (remembered.encrypted && !birth.encrypted)
    throw new EngineError("Refused", `${name} was encrypted when it was last seen, and is in the clear now`, {
      hint: `Somebody may have replaced it. ${FORGET}`,
    })
  if (remembered.encrypted && remembered.repository !== birth.repository)
    throw new EngineError(
      "Refused",
      `${name} holds another repository (${birth.repository}) than when it was last seen (${remembered.repository})`,
      { hint: `Somebody may have replaced it. ${FORGET}` },
    )
}

/**
 * Holds a ring against the root that is remembered. Gives why nothing may be written, where the ring is an earlier one.
 * @throws EngineError `Refused` for a root that the remembered one did not name
 */
export function requireSuccessor(
  name: string,
  ring: KeyRing,
  remembered: RememberedRepository | undefined,
): EngineError | undefined {
  const newest = remembered?.roots.at(-1)
  if (newest === undefined || descendsFrom(ring, newest)) return undefined
  const isEarlier = remembered?.roots.some(
    ({ generation, fingerprint }) =>
      generation === ring.generation && fingerprint === fingerprintOf(ring, ring.generation),
  )
  if (isEarlier === true)
    return new EngineError(
      "NotWritable",
      `${name}: this key opens root generation ${ring.generation}, and ${newest.generation} was in force when it was last seen`,
      { hint: "Use a key that the rotation kept. What is older can be read with this one." },
    )
  throw new EngineError(
    "Refused",
    `${name}: its root does not descend from the one that was in force when it was last seen`,
    {
      hint: `Somebody may have replaced its keys. ${FORGET}`,
    },
  )
}
