import {
  BIRTH_KEY,
  type BirthCertificate,
  decodeBirthCertificate,
  findSetting,
  isFormatError,
  layout,
  readSettings,
  type RepositoryId,
  toHex,
} from "@bcopy/chain-format"
import { parseObjectKey, type WriteOnceStore } from "@bcopy/repo"
import { asEngineError } from "./as-engine-error.ts"
import { EngineError } from "./engine-error.ts"
import { sha256 } from "./node-primitives.ts"
import { clearMeans, viewOf } from "./repository-view.ts"
import type { StoreTime } from "./store-time.ts"

interface Abortable {
  readonly signal?: AbortSignal
}

/** What is said where a repository lies without its birth certificate. */
export const lacksBirth = (name: string) => `${name} holds a repository without its ${BIRTH_KEY}`
export const PUT_BIRTH_BACK = `Put ${BIRTH_KEY} back from another copy of the repository: every id in it is computed with that.`

/** A birth certificate, and the SHA-256 of its stored bytes. */
export interface StoredBirth {
  readonly birth: BirthCertificate
  readonly digest: string
}

/** What is said of one that settings do not name. */
export const isNotOurs = (name: string) =>
  new EngineError("Damaged", `${name}: ${BIRTH_KEY} is not the one that the settings name`, { hint: PUT_BIRTH_BACK })

/** The birth certificate; `undefined` if there is none. @throws EngineError `NeedsNewer`, `Damaged` */
export async function readBirth(
  store: WriteOnceStore,
  storeTime: StoreTime,
  options: Abortable = {},
): Promise<StoredBirth | undefined> {
  const object = await store.read(parseObjectKey(BIRTH_KEY), options)
  if (object === undefined) return undefined
  const digest = toHex(sha256(object.bytes))
  try {
    return { birth: decodeBirthCertificate(object.bytes), digest }
  } catch (error) {
    // Whatever it asks for: another one than the settings name is damage.
    const named = await findBorn(store, storeTime, options)
    throw named === undefined || named === digest ? asEngineError(error, store.name) : isNotOurs(store.name)
  }
}

/** What settings in the clear say of the birth certificate; `undefined` where they say nothing or do not open. */
export async function findBorn(
  store: WriteOnceStore,
  storeTime: StoreTime,
  options: Abortable,
): Promise<string | undefined> {
  // They need nothing of a birth certificate to be opened.
  const none = clearMeans({ repository: "" as RepositoryId, idSalt: new Uint8Array(), encrypted: false })
  try {
    const settings = await readSettings(viewOf(store, none, storeTime), layout.repositorySettings, options)
    return findSetting(settings?.entry, "birth")?.digest
  } catch (error) {
    if (isFormatError(error)) return undefined
    throw error
  }
}
