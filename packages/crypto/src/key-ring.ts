import { createSecretKey } from "node:crypto"
import * as z from "zod"
import { CryptoError } from "./crypto-error.ts"
import { deriveKeys, idBytes, KEY_BYTES, labelled } from "./derive-keys.ts"
import type { EpochKey } from "./object-seal.ts"
import { keyObject } from "./key-object.ts"
import type { SecretKey } from "./secret-key.ts"

/** Gives so many random bytes, fit for keys. */
export type Random = (count: number) => Uint8Array

/**
 * A root generation: the keys of its own epoch and of all before it, and the two keys that never change. An epoch has the
 * number of the generation that made it.
 */
export interface KeyRing {
  /** The repository's id, 32 hex digits. */
  readonly repository: string
  readonly generation: number
  /** Ascending; the last is the generation's own. */
  readonly epochs: readonly EpochKey[]
  /** Ids of backups and workloads are computed under it. */
  readonly idKey: SecretKey
  /** Tags of entry names are computed under it. */
  readonly logKey: SecretKey
}

/** A root generation, named without giving it away. */
export interface RingMark {
  readonly generation: number
  /** 64 hex digits: {@link fingerprintOf}. */
  readonly fingerprint: string
}

const hexKey = z.string().regex(/^[0-9a-f]{64}$/)
/** docs/format.md, Suites: what a header has room for. */
const MAX_GENERATION = 0xffff_ffff
const number = z.int().min(1).max(MAX_GENERATION)
const schema = z.object({
  generation: number,
  epochs: z.array(z.object({ epoch: number, key: hexKey })).min(1),
  idKey: hexKey,
  logKey: hexKey,
})

/** The first generation of a repository, with keys made now. */
export function firstGeneration(repository: string, random: Random): KeyRing {
  const epochs = [{ epoch: 1, key: newKey(random) }]
  return { repository, generation: 1, epochs, idKey: newKey(random), logKey: newKey(random) }
}

/** A new generation: a new epoch, and every older one. @throws CryptoError `BadArgument` */
export function nextGeneration(ring: KeyRing, generation: number, random: Random): KeyRing {
  if (generation > MAX_GENERATION)
    throw new CryptoError("BadArgument", `generation ${generation} is above ${MAX_GENERATION}: there are no more`)
  if (generation <= ring.generation)
    throw new CryptoError("BadArgument", `generation ${generation} does not follow generation ${ring.generation}`)
  return { ...ring, generation, epochs: [...ring.epochs, { epoch: generation, key: newKey(random) }] }
}

/** The ring as slots seal it: docs/format.md, Key rings. It is the secret of all secrets: wipe it. */
export function encodeKeyRing({ generation, epochs, idKey, logKey }: KeyRing): Uint8Array {
  const body = {
    generation,
    epochs: epochs.map(({ epoch, key }) => ({ epoch, key: hexOf(key) })),
    idKey: hexOf(idKey),
    logKey: hexOf(logKey),
  }
  return Buffer.from(JSON.stringify(body), "utf8")
}

/** @throws CryptoError `Damaged` if it is not the ring that it should be */
export function decodeKeyRing(bytes: Uint8Array, repository: string, mark: RingMark): KeyRing {
  const { generation, fingerprint } = mark
  const what = `key ring ${generation}`
  let body: unknown
  try {
    body = JSON.parse(Buffer.from(bytes).toString("utf8"))
  } catch {
    // The cause would quote it.
    throw new CryptoError("Damaged", `${what} is not as it was written`)
  }
  const parsed = schema.safeParse(body, { jitless: true })
  if (!parsed.success) throw new CryptoError("Damaged", `${what} is not as it was written`)
  const { epochs, idKey, logKey } = parsed.data
  if (parsed.data.generation !== generation || epochs.at(-1)?.epoch !== generation)
    throw new CryptoError("Damaged", `${what} says it is ring ${parsed.data.generation}`)
  for (const [at, { epoch }] of epochs.entries())
    if (at > 0 && epoch <= (epochs[at - 1]?.epoch ?? 0))
      throw new CryptoError("Damaged", `${what} has epoch ${epoch} behind a later one`)
  const ring = {
    repository,
    generation,
    epochs: epochs.map(({ epoch, key }) => ({ epoch, key: keyOf(key) })),
    idKey: keyOf(idKey),
    logKey: keyOf(logKey),
  }
  if (fingerprintOf(ring, generation) !== fingerprint)
    throw new CryptoError("Damaged", `${what} has another fingerprint than its slot says`)
  return ring
}

/** A ring by its number and fingerprint. */
export function markOf(ring: KeyRing): RingMark {
  const { generation } = ring
  return { generation, fingerprint: fingerprintOf(ring, generation) as string }
}

/**
 * The fingerprint of a generation, 64 hex digits: a commitment to the key of its epoch. A ring that holds a key with that
 * fingerprint was made by somebody who knew it. docs/format.md, Key rings
 */
export function fingerprintOf(
  { repository, epochs }: Pick<KeyRing, "repository" | "epochs">,
  generation: number,
): string | undefined {
  const found = epochs.find(({ epoch }) => epoch === generation)
  if (found === undefined) return undefined
  const [fingerprint] = deriveKeys(found.key, idBytes(repository), labelled("bcopy-fingerprint"), 1)
  return Buffer.from(fingerprint as Uint8Array).toString("hex")
}

/** Whether a ring descends from a generation that is known by its fingerprint. */
export function descendsFrom(ring: KeyRing, known: RingMark): boolean {
  return fingerprintOf(ring, known.generation) === known.fingerprint
}

function newKey(random: Random): SecretKey {
  const bytes = random(KEY_BYTES)
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}

function hexOf(key: SecretKey): string {
  return keyObject(key).export().toString("hex")
}

function keyOf(hex: string): SecretKey {
  const bytes = Buffer.from(hex, "hex")
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}
