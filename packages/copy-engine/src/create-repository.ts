import {
  BIRTH_KEY,
  type BirthCertificate,
  DEFAULT_BLOCK_BYTES,
  DEFAULT_PACK_BYTES,
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
import { parseObjectKey, type RepoStore, writeOnce } from "@bcopy/repo"
import { appendSettings } from "./append-settings.ts"
import { EngineError } from "./engine-error.ts"
import { sha256 } from "./node-primitives.ts"
import {
  type EngineSeams,
  lacksBirth,
  openRepository,
  PUT_BIRTH_BACK,
  readBirth,
  type Repository,
  viewOf,
} from "./repository.ts"
import { StoreTime } from "./store-time.ts"

export interface CreateRepositoryOptions {
  /** Encryption is decided at birth and for good; this version makes repositories in the clear only. */
  readonly encryption: "none"
  readonly blockBytes?: number
  readonly packBytes?: number
  /** What the store was found to do; JSON-safe. Kept in the settings log. */
  readonly passport?: unknown
  readonly signal?: AbortSignal
}

/**
 * Makes a repository in an empty place: the birth certificate, then the first settings entry. A repository that was not
 * made to the end is finished, with its own id.
 * @throws EngineError `RepositoryExists`, `BadArgument`
 */
export async function createRepository(
  store: RepoStore,
  seams: EngineSeams,
  options: CreateRepositoryOptions,
): Promise<Repository> {
  const { blockBytes = DEFAULT_BLOCK_BYTES, packBytes = DEFAULT_PACK_BYTES, passport, signal } = options
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
  const abortable = signal === undefined ? {} : { signal }
  const laws = writeOnce(store, { onTampering: (tampering) => seams.onEvent?.({ type: "tampering", tampering }) })
  const exists = () =>
    new EngineError("RepositoryExists", `${store.name} holds a repository already; nothing was changed`)

  const storeTime = new StoreTime(seams.clock)
  let stored = await readBirth(laws, storeTime, abortable)
  if (stored === undefined) {
    const made: BirthCertificate = {
      repository: randomId(seams.random(16)),
      idSalt: seams.random(ID_SALT_BYTES),
      encrypted: false,
    }
    await refuseOrphans()
    const bytes = encodeBirthCertificate(made)
    const { outcome } = await laws.create(parseObjectKey(BIRTH_KEY), bytes, abortable)
    if (outcome === "lost") throw exists()
    stored = { birth: made, digest: toHex(sha256(bytes)) }
  }
  const { birth, digest } = stored
  const view = viewOf(laws, birth, storeTime)
  if ((await readSettings(view, layout.repositorySettings, abortable)) !== undefined) throw exists()
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
        { type: "birth", digest },
        { type: "instance", instance },
        { type: "blockSize", bytes: blockBytes },
        { type: "packSize", bytes: packBytes },
        ...(passport === undefined ? [] : [{ type: "passport" as const, passport }]),
      ],
      unless: () => true,
      ...abortable,
    },
  )
  // Two may finish one half-made repository at once: it has the settings of the first.
  if (entry.session !== session) throw exists()
  return openRepository(store, seams, abortable)

  /** What lies there belongs to a repository whose birth certificate is gone: a new one would make it unreadable. */
  async function refuseOrphans(): Promise<void> {
    for (const prefix of [layout.repositorySettings, layout.backups]) {
      const { objects } = await laws.list(prefix, { limit: 1, ...abortable })
      if (objects.length > 0) throw new EngineError("Damaged", lacksBirth(store.name), { hint: PUT_BIRTH_BACK })
    }
  }
}
