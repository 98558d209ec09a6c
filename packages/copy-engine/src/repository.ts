import {
  BIRTH_KEY,
  type BirthCertificate,
  contentHash,
  decodeBirthCertificate,
  DEFAULT_BLOCK_BYTES,
  DEFAULT_PACK_BYTES,
  farFetch,
  findSetting,
  isFormatError,
  layout,
  nearFetch,
  readSettings,
  type RepositoryId,
  type RepositoryView,
  settingsAgainstWriting,
  type SettingsEntry,
  toHex,
} from "@bcopy/chain-format"
import { isStoreError, parseObjectKey, type RepoStore, writeOnce, type WriteOnceStore } from "@bcopy/repo"
import { asEngineError } from "./as-engine-error.ts"
import { clearSuite } from "./clear-suite.ts"
import type { EngineClock } from "./clock.ts"
import { EngineError } from "./engine-error.ts"
import type { OnEvent } from "./engine-event.ts"
import type { EngineHost } from "./host.ts"
import { hmacSha256, sha256, zstdCodec } from "./node-primitives.ts"
import { RecentObjects } from "./recent-objects.ts"
import { StoreTime } from "./store-time.ts"

/** What the engine takes from its surroundings. */
export interface EngineSeams {
  readonly clock: EngineClock
  /** So many random bytes, fit for ids. */
  readonly random: (count: number) => Uint8Array
  readonly onEvent?: OnEvent
  /** Who writes; this process, if absent. */
  readonly host?: EngineHost
}

/** A repository, opened. */
export interface Repository {
  readonly name: string
  readonly birth: BirthCertificate
  readonly store: WriteOnceStore
  readonly view: RepositoryView
  readonly storeTime: StoreTime
  readonly seams: EngineSeams
  readonly settings: { readonly entry: SettingsEntry; readonly digest: string }
  /** Block size of new backups. */
  readonly blockBytes: number
  readonly packBytes: number
  /** Why nothing may be written; `undefined` if it may. */
  readonly notWritable: EngineError | undefined
}

interface Abortable {
  readonly signal?: AbortSignal
}

/**
 * Opens a repository: its birth certificate, its newest settings, and whether this is the place it was made at.
 * @throws EngineError `NoRepository`, `NeedsNewer`, `WrongKey`, `Damaged`; StoreError
 */
export async function openRepository(
  store: RepoStore,
  seams: EngineSeams,
  options: Abortable = {},
): Promise<Repository> {
  const laws = writeOnce(store, { onTampering: (tampering) => seams.onEvent?.({ type: "tampering", tampering }) })
  const storeTime = new StoreTime(seams.clock)
  const stored = await readBirth(laws, storeTime, options)
  if (stored === undefined && (await laws.list(layout.repositorySettings, { limit: 1, ...options })).objects.length > 0)
    throw new EngineError("Damaged", lacksBirth(store.name), { hint: PUT_BIRTH_BACK })
  if (stored === undefined)
    throw new EngineError("NoRepository", `${store.name} holds no bcopy repository`, {
      hint: "Check the path, or make one with `bcopy init`.",
    })
  const { birth, digest } = stored
  const view = viewOf(laws, birth, storeTime)
  const settings = await readSettings(view, layout.repositorySettings, options).catch((error: unknown) => {
    throw asEngineError(error, `settings of ${store.name}`)
  })
  if (settings === undefined && (await laws.list(layout.backups, { limit: 1, ...options })).objects.length > 0)
    throw new EngineError("Damaged", `${store.name} holds a repository without its settings`, {
      hint: "Run `bcopy init` for it again: it writes them anew, and changes nothing else.",
    })
  if (settings === undefined)
    throw new EngineError("NoRepository", `${store.name} holds a repository that was not made to the end`, {
      hint: "Run `bcopy init` for it again: it finishes what is there.",
    })
  const born = findSetting(settings.entry, "birth")?.digest
  if (born !== undefined && born !== digest) throw isNotOurs(store.name)
  const instance = await laws.instance(parseObjectKey(BIRTH_KEY), options)
  return {
    name: store.name,
    birth,
    store: laws,
    view,
    storeTime,
    seams,
    settings,
    blockBytes: findSetting(settings.entry, "blockSize")?.bytes ?? DEFAULT_BLOCK_BYTES,
    packBytes: findSetting(settings.entry, "packSize")?.bytes ?? DEFAULT_PACK_BYTES,
    notWritable: whyNotWritable(store.name, settings.entry, instance),
  }
}

/** What is said where a repository lies without its birth certificate. */
export const lacksBirth = (name: string) => `${name} holds a repository without its ${BIRTH_KEY}`
export const PUT_BIRTH_BACK = `Put ${BIRTH_KEY} back from another copy of the repository: every id in it is computed with that.`

/** @throws EngineError why the repository takes no writes from here */
export function requireWritable(repository: Repository): void {
  if (repository.notWritable !== undefined) throw repository.notWritable
}

/** A birth certificate, and the SHA-256 of its stored bytes. */
export interface StoredBirth {
  readonly birth: BirthCertificate
  readonly digest: string
}

const isNotOurs = (name: string) =>
  new EngineError("Damaged", `${name}: ${BIRTH_KEY} is not the one that the settings name`, {
    hint: PUT_BIRTH_BACK,
  })

/** The birth certificate; `undefined` if there is none. @throws EngineError `NeedsNewer`, `WrongKey`, `Damaged` */
export async function readBirth(
  store: WriteOnceStore,
  storeTime: StoreTime,
  options: Abortable = {},
): Promise<StoredBirth | undefined> {
  const object = await store.read(parseObjectKey(BIRTH_KEY), options)
  if (object === undefined) return undefined
  const digest = toHex(sha256(object.bytes))
  try {
    const birth = decodeBirthCertificate(object.bytes)
    if (birth.encrypted)
      throw new EngineError(
        "WrongKey",
        `${store.name} is encrypted, and this bcopy cannot open encrypted repositories yet`,
      )
    return { birth, digest }
  } catch (error) {
    // Whatever it asks for, or says to be: another one than the settings name is damage.
    const born = await findBorn(store, storeTime, options)
    throw born === undefined || born === digest ? asEngineError(error, store.name) : isNotOurs(store.name)
  }
}

/** What the settings say of the birth certificate; `undefined` where they say nothing or do not open. */
async function findBorn(store: WriteOnceStore, storeTime: StoreTime, options: Abortable): Promise<string | undefined> {
  // Settings in the clear need nothing of a birth certificate to be opened.
  const none = { repository: "" as RepositoryId, idSalt: new Uint8Array(), encrypted: false }
  try {
    const settings = await readSettings(viewOf(store, none, storeTime), layout.repositorySettings, options)
    return findSetting(settings?.entry, "birth")?.digest
  } catch (error) {
    if (isFormatError(error)) return undefined
    throw error
  }
}

/** The readers' view of a repository in the clear. */
export function viewOf(store: WriteOnceStore, birth: BirthCertificate, storeTime: StoreTime): RepositoryView {
  const recent = new RecentObjects()
  return {
    name: store.name,
    repository: birth.repository,
    suite: clearSuite(),
    codec: zstdCodec,
    sha256,
    hash: contentHash(sha256),
    idMac: hmacSha256(birth.idSalt),
    fetch: store.capabilities.remote === true ? farFetch : nearFetch,
    async read(key, options = {}) {
      const known = recent.get(key)
      if (known !== undefined) return known
      const found = await store.read(parseObjectKey(key), options)
      if (found !== undefined) recent.put(key, found.bytes)
      return found?.bytes
    },
    async readPack(key, options = {}) {
      try {
        return (await store.readPack(parseObjectKey(key), options))?.bytes
      } catch (error) {
        // What begins behind the end of a pack is not unknown: the pack was cut short, and this much is left of it.
        if (isStoreError(error) && error.code === "BadRange") return new Uint8Array()
        throw error
      }
    },
    async list(prefix, options = {}) {
      const page = await store.list(prefix, options)
      storeTime.observe(page.dateMs)
      const { objects, folders, next } = page
      return { keys: objects.map(({ key }) => key), folders, ...(next !== undefined && { next }) }
    },
  }
}

function whyNotWritable(name: string, settings: SettingsEntry, instance: string | undefined): EngineError | undefined {
  const unknown = settingsAgainstWriting(settings)
  if (unknown.length > 0)
    return new EngineError(
      "NeedsNewer",
      `${name}: this repository needs a newer bcopy: it uses ${unknown.join(", ")}`,
      {
        hint: "It can still be read; update bcopy to write to it.",
      },
    )
  const known = findSetting(settings, "instance")?.instance
  if (known === instance) return undefined
  return new EngineError(
    "NotWritable",
    `${name} is a copy of a repository made by other means, and is read-only here`,
    {
      hint: "If the other one is gone or no longer written to, run `bcopy adopt` once.",
    },
  )
}
