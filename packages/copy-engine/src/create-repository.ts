import {
  BIRTH_KEY,
  type BirthCertificate,
  DEFAULT_BLOCK_BYTES,
  DEFAULT_PACK_BYTES,
  type EncryptedBirth,
  encodeBirthCertificate,
  ID_SALT_BYTES,
  isBlockSize,
  layout,
  MAX_BLOCK_BYTES,
  MAX_PACK_BYTES,
  MIN_BLOCK_BYTES,
  MIN_PACK_BYTES,
  randomId,
  readSettings,
  toHex,
} from "@bcopy/chain-format"
import { parseObjectKey, type RepoStore, writeOnce, type WriteOnceStore } from "@bcopy/repo"
import { appendSettings } from "./append-settings.ts"
import { EngineError } from "./engine-error.ts"
import { makeKeys, type NewSlot, type RecoveryMaterial, replaceSlots } from "./make-keys.ts"
import { sha256 } from "./node-primitives.ts"
import { lacksBirth, PUT_BIRTH_BACK, readBirth, type StoredBirth } from "./read-birth.ts"
import { type EngineSeams, openRepository, rememberRepository, type Repository } from "./repository.ts"
import { clearMeans, sealedMeans, viewOf } from "./repository-view.ts"
import { StoreTime } from "./store-time.ts"
import { type KeyAccess, type RepositoryKeys, unlockRepository } from "./unlock-repository.ts"

/** How a repository is encrypted: who can open it from the first moment on. */
export interface RepositoryEncryption {
  /** At least one; those that a secret is at hand for come first. */
  readonly slots: readonly NewSlot[]
  /** Opens what these slots wrap. */
  readonly keys: KeyAccess
  /** Told about the new root before anything is stored, so that a recovery kit is safe before there is something to lose. */
  readonly onKeys?: (made: RecoveryMaterial) => Promise<void>
}

export interface CreateRepositoryOptions {
  /** Decided at birth and for good. */
  readonly encryption: "none" | RepositoryEncryption
  readonly blockBytes?: number
  readonly packBytes?: number
  /** What the store was found to do; JSON-safe. Kept in the settings log. */
  readonly passport?: unknown
  readonly signal?: AbortSignal
}

/**
 * Makes a repository in an empty place: key slots, the birth certificate, then the first settings entry. A repository that
 * was not made to the end is finished, with its own id and, if it is encrypted, its own keys.
 * @throws EngineError `RepositoryExists`, `BadArgument`, `WrongKey`; CryptoError `BadArgument`
 */
export async function createRepository(
  store: RepoStore,
  seams: EngineSeams,
  options: CreateRepositoryOptions,
): Promise<Repository> {
  const { encryption, blockBytes = DEFAULT_BLOCK_BYTES, packBytes = DEFAULT_PACK_BYTES, passport, signal } = options
  requireSizes(blockBytes, packBytes)
  const abortable = signal === undefined ? {} : { signal }
  const laws = writeOnce(store, { onTampering: (tampering) => seams.onEvent?.({ type: "tampering", tampering }) })
  const exists = () =>
    new EngineError("RepositoryExists", `${store.name} holds a repository already; nothing was changed`)
  const storeTime = new StoreTime(seams.clock)
  const surroundings = { now: () => storeTime.now(), random: seams.random, ...abortable }
  const found = await readBirth(laws, storeTime, abortable)
  if (found !== undefined) await requireHalfMade(found.birth)
  const born = found === undefined ? await bear() : { ...found, keys: await keysOf(found) }
  const means = born.birth.encrypted ? sealedMeans(born.birth, needKeys(born.keys).ring) : clearMeans(born.birth)
  const view = viewOf(laws, means, storeTime)
  const isDisguised = found?.birth.encrypted === false && (await looksSealed(found.birth))
  if ((await readSettings(view, layout.repositorySettings, abortable)) !== undefined) throw exists()
  if (isDisguised)
    throw new EngineError("Damaged", `${store.name}: ${BIRTH_KEY} says that it is in the clear, and it is encrypted`, {
      hint: PUT_BIRTH_BACK,
    })
  const instance = await laws.instance(parseObjectKey(BIRTH_KEY), abortable)
  if (instance === undefined) throw new EngineError("NoRepository", `${store.name}: ${BIRTH_KEY} was there and is gone`)
  const session = randomId<"session">(seams.random(16))
  const { entry } = await appendSettings(
    { name: store.name, view, store: laws, storeTime },
    layout.repositorySettings,
    undefined,
    {
      session,
      records: [
        { type: "birth", digest: born.digest },
        { type: "instance", instance },
        { type: "blockSize", bytes: blockBytes },
        { type: "packSize", bytes: packBytes },
        ...(born.birth.encrypted ? [{ type: "root" as const, ...born.birth.root }] : []),
        ...(passport === undefined ? [] : [{ type: "passport" as const, passport }]),
      ],
      unless: () => true,
      ...abortable,
    },
  )
  // Two may finish one half-made repository at once: it has the settings of the first.
  if (entry.session !== session) throw exists()
  const access = encryption === "none" ? {} : { keys: encryption.keys }
  // What was remembered of this place was another repository.
  const opened = await openRepository(store, withoutMemory(seams), { ...access, ...abortable })
  const remembering = { ...opened, seams }
  await rememberRepository(remembering)
  return remembering

  /** Encrypted or not was decided when it was born, and what is finished is what was begun. */
  async function requireHalfMade(birth: BirthCertificate): Promise<void> {
    const isWhole = async () =>
      (await laws.list(layout.repositorySettings, { limit: 1, ...abortable })).objects.length > 0
    if (birth.encrypted === (encryption !== "none")) return
    if (await isWhole()) throw exists()
    throw new EngineError(
      "Refused",
      `${store.name} holds a repository ${birth.encrypted ? "with" : "without"} encryption that was not made to the end`,
      { hint: `Finish it ${birth.encrypted ? "with its key" : "with --no-encryption"}, or choose another place.` },
    )
  }

  /** Whether there is more than a certificate, which without settings in the clear can only be sealed. */
  async function looksSealed({ repository }: BirthCertificate): Promise<boolean> {
    const known = await seams.memory?.recall(store.place ?? store.name)
    if (known?.encrypted === true && known.repository === repository) return true
    for (const prefix of [layout.keys, layout.repositorySettings])
      if ((await laws.list(prefix, { limit: 1, ...abortable })).objects.length > 0) return true
    return false
  }

  /** What lies there belongs to a repository whose birth certificate is gone: a new one would make it unreadable. */
  async function refuseOrphans(): Promise<void> {
    for (const prefix of [layout.repositorySettings, layout.backups]) {
      const { objects } = await laws.list(prefix, { limit: 1, ...abortable })
      if (objects.length > 0) throw new EngineError("Damaged", lacksBirth(store.name), { hint: PUT_BIRTH_BACK })
    }
  }

  async function bear(): Promise<StoredBirth & { readonly keys?: RepositoryKeys }> {
    const repository = randomId<"repository">(seams.random(16))
    await refuseOrphans()
    const made = encryption === "none" ? undefined : await makeKeys(laws, repository, encryption, surroundings)
    const birth: BirthCertificate =
      made === undefined
        ? { repository, encrypted: false, idSalt: seams.random(ID_SALT_BYTES) }
        : { repository, encrypted: true, root: made.mark }
    const bytes = encodeBirthCertificate(birth)
    const { outcome } = await laws.create(parseObjectKey(BIRTH_KEY), bytes, abortable)
    if (outcome !== "lost") return { birth, digest: toHex(sha256(bytes)), ...(made && { keys: made.keys }) }
    // Somebody else was faster: the slots that were made for nothing go again.
    await made?.discard()
    throw exists()
  }

  /** The keys of what is finished; its recovery kit may never have left, so that it gets the slots that are asked for now. */
  async function keysOf({ birth }: StoredBirth): Promise<RepositoryKeys | undefined> {
    if (!birth.encrypted || encryption === "none") return undefined
    const { keys } = await unlockRepository(laws, birth, encryption.keys, abortable)
    if (await hasSettings(laws, birth, keys)) throw exists()
    await replaceSlots(laws, keys, encryption, { ...surroundings, name: store.name })
    return keys
  }

  async function hasSettings(at: WriteOnceStore, birth: EncryptedBirth, { ring }: RepositoryKeys): Promise<boolean> {
    const sealed = viewOf(at, sealedMeans(birth, ring), storeTime)
    return (await readSettings(sealed, layout.repositorySettings, abortable)) !== undefined
  }
}

function requireSizes(blockBytes: number, packBytes: number): void {
  if (!isBlockSize(blockBytes))
    throw new EngineError(
      "BadArgument",
      `block size ${blockBytes} is not a power of two from ${MIN_BLOCK_BYTES} to ${MAX_BLOCK_BYTES}`,
    )
  if (!Number.isInteger(packBytes) || packBytes < MIN_PACK_BYTES || packBytes > MAX_PACK_BYTES)
    throw new EngineError(
      "BadArgument",
      `pack size ${packBytes} is not between ${MIN_PACK_BYTES} and ${MAX_PACK_BYTES}`,
    )
}

function needKeys(keys: RepositoryKeys | undefined): RepositoryKeys {
  if (keys === undefined) throw new Error("an encrypted repository has keys")
  return keys
}

function withoutMemory({ memory: _, ...seams }: EngineSeams): EngineSeams {
  return seams
}
