import { createSecretKey, type KeyObject } from "node:crypto"
import { z } from "zod"
import { CryptoError } from "./crypto-error.ts"
import { deriveKeys, idBytes, KEY_BYTES, labelled } from "./derive-keys.ts"
import type { EpochKey } from "./object-seal.ts"

/** Gives so many random bytes, fit for keys. */
export type Random = (count: number) => Uint8Array

/**
 * What a root generation wraps: the keys of its own epoch and of all before it, and the two keys that never change. An
 * epoch has the number of the generation that made it.
 */
export interface KeyRing {
  /** The repository's id, 32 hex digits. */
  readonly repository: string
  readonly generation: number
  /** Ascending; the last is the generation's own. */
  readonly epochs: readonly EpochKey[]
  /** Ids of backups and workloads are computed under it. */
  readonly idKey: KeyObject
  /** Tags of entry names are computed under it. */
  readonly logKey: KeyObject
}

/** A root generation's secret, and the ring that it wraps. */
export interface RootGeneration {
  readonly root: KeyObject
  readonly ring: KeyRing
}

const hexKey = z.string().regex(/^[0-9a-f]{64}$/)
const number = z.int().min(1).max(0xffff_ffff)
const schema = z.object({
  generation: number,
  epochs: z.array(z.object({ epoch: number, key: hexKey })).min(1),
  idKey: hexKey,
  logKey: hexKey,
})

/** The first root generation of a repository, with keys made now. */
export function firstGeneration(repository: string, generation: number, random: Random): RootGeneration {
  const [idKey, logKey] = [newKey(random), newKey(random)]
  const epochs = [{ epoch: generation, key: newKey(random) }]
  return { root: newKey(random), ring: { repository, generation, epochs, idKey, logKey } }
}

/** A new root generation, which wraps a new epoch and every older one. @throws CryptoError `BadArgument` */
export function nextGeneration(ring: KeyRing, generation: number, random: Random): RootGeneration {
  if (generation <= ring.generation)
    throw new CryptoError("BadArgument", `generation ${generation} does not follow generation ${ring.generation}`)
  const epochs = [...ring.epochs, { epoch: generation, key: newKey(random) }]
  return { root: newKey(random), ring: { ...ring, generation, epochs } }
}

/** The ring as it is sealed under its root: docs/format.md, Key rings. It holds keys: seal it, never store it as it is. */
export function keyRingBody({ generation, epochs, idKey, logKey }: KeyRing): unknown {
  return {
    generation,
    epochs: epochs.map(({ epoch, key }) => ({ epoch, key: hexOf(key) })),
    idKey: hexOf(idKey),
    logKey: hexOf(logKey),
  }
}

/** @throws CryptoError `Damaged` */
export function parseKeyRing(body: unknown, repository: string, generation: number): KeyRing {
  const parsed = schema.safeParse(body)
  const what = `key ring ${generation}`
  if (!parsed.success) throw new CryptoError("Damaged", `${what} is not as it was written`)
  const { epochs, idKey, logKey } = parsed.data
  if (parsed.data.generation !== generation || epochs.at(-1)?.epoch !== generation)
    throw new CryptoError("Damaged", `${what} says it is ring ${parsed.data.generation}`)
  for (const [at, { epoch }] of epochs.entries())
    if (at > 0 && epoch <= (epochs[at - 1]?.epoch ?? 0))
      throw new CryptoError("Damaged", `${what} has epoch ${epoch} behind a later one`)
  return {
    repository,
    generation,
    epochs: epochs.map(({ epoch, key }) => ({ epoch, key: keyOf(key) })),
    idKey: keyOf(idKey),
    logKey: keyOf(logKey),
  }
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
export function descendsFrom(
  ring: KeyRing,
  known: { readonly generation: number; readonly fingerprint: string },
): boolean {
  return fingerprintOf(ring, known.generation) === known.fingerprint
}

function newKey(random: Random): KeyObject {
  const bytes = random(KEY_BYTES)
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}

function hexOf(key: KeyObject): string {
  return key.export().toString("hex")
}

function keyOf(hex: string): KeyObject {
  const bytes = Buffer.from(hex, "hex")
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}
