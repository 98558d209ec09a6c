import {
  type BirthCertificate,
  contentHash,
  farFetch,
  nearFetch,
  type RepositoryView,
  type RootMark,
  type SealSuite,
} from "@bcopy/chain-format"
import { entryTagger, idMac, type KeyRing } from "@bcopy/crypto"
import { isStoreError, parseObjectKey, type WriteOnceStore } from "@bcopy/repo"
import { clearSuite } from "./clear-suite.ts"
import { gcmSeed, gcmSuite } from "./gcm-suite.ts"
import { hmacSha256, randomBytes, sha256, zstdCodec } from "./node-primitives.ts"
import { RecentObjects } from "./recent-objects.ts"
import type { StoreTime } from "./store-time.ts"

/** What a repository is opened with: how its objects are sealed, and how its ids and names are computed. */
export type ViewMeans = Pick<RepositoryView, "repository" | "idMac" | "entryTag" | "strictSuite" | "isForged"> & {
  readonly suite: SealSuite
}

/** Of a repository in the clear. */
export function clearMeans(birth: Extract<BirthCertificate, { encrypted: false }>): ViewMeans {
  return { repository: birth.repository, suite: clearSuite(), idMac: hmacSha256(birth.idSalt) }
}

/**
 * Of an encrypted one; sealed is under the epoch of the generation in force, or else under the newest. With `endedBelow`,
 * nothing older is trusted by itself.
 */
export function sealedMeans(
  birth: BirthCertificate,
  ring: KeyRing,
  inForce?: RootMark,
  endedBelow?: number,
): ViewMeans {
  const seed = gcmSeed(ring, inForce)
  return {
    repository: birth.repository,
    suite: gcmSuite(seed, randomBytes),
    ...(endedBelow !== undefined && { strictSuite: gcmSuite({ ...seed, endedBelow }, randomBytes) }),
    idMac: idMac(ring.idKey),
    entryTag: entryTagger(ring.logKey),
  }
}

/** Of each epoch of a ring, the newest first, what opens nothing older. */
export function strictSuites(ring: KeyRing): readonly SealSuite[] {
  const seed = gcmSeed(ring)
  return ring.epochs.toReversed().map(({ epoch }) => gcmSuite({ ...seed, endedBelow: epoch }, randomBytes))
}

/** The readers' view of a repository. */
export function viewOf(store: WriteOnceStore, means: ViewMeans, storeTime: StoreTime): RepositoryView {
  const recent = new RecentObjects()
  return {
    name: store.name,
    ...means,
    codec: zstdCodec,
    sha256,
    hash: contentHash(sha256),
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
