import { equalBytes } from "./equal-bytes.ts"
import type { ObjectKey } from "./object-key.ts"
import type { ObjectVersion, ReadOptions, RepoStore } from "./repo-store.ts"
import { isStoreError } from "./store-error.ts"
import type { OnTampering } from "./tampering.ts"

/** The versions of one key on a versioned store: the oldest one is what the key means. */
export interface KeyHistory {
  /** The oldest version that is not a delete marker; `undefined`: the key is absent. */
  readonly oldest: ObjectVersion | undefined
  /** Everything else, newest first, delete markers among it. */
  readonly others: readonly ObjectVersion[]
  /** The store's time of the answer, milliseconds since 1970. */
  readonly dateMs: number
}

/** Equal-sized newer versions read to tell noise from tampering; who adds more does not make reading dearer. */
const MAX_COMPARED = 4

/** Lists all versions of `key`, to the end: a listing that does not finish rejects. */
export async function readKeyHistory(store: RepoStore, key: ObjectKey, signal?: AbortSignal): Promise<KeyHistory> {
  const versions: ObjectVersion[] = []
  for (let after: { key: string; version?: string } | undefined; ;) {
    const page = await store.listVersions(key, { signal, ...(after && { after }) })
    for (const version of page.versions) if (version.key === key) versions.push(version)
    // The key itself sorts before every longer key with the same beginning.
    if (page.next === undefined || page.next.key > key) {
      const oldest = versions.findLast(({ marker }) => !marker)
      return { oldest, others: versions.filter((version) => version !== oldest), dateMs: page.dateMs }
    }
    after = page.next
  }
}

/** What a reader or writer knows of a key's bytes when it judges the versions over it. */
export interface KnownBytes {
  /** Versions put by this very call. */
  readonly own?: ReadonlySet<string>
  /** Byte strings that are no news: the oldest version's, and those that this call sent. */
  readonly noise: readonly Uint8Array[]
  /** The range of the object that `noise` holds. */
  readonly range?: ReadOptions["range"]
  readonly signal?: AbortSignal
}

/**
 * Reports the markers and foreign newer versions of a key. A version whose bytes cannot be read now is not reported
 * now: unknown is not guilty.
 */
export async function reportTampering(
  store: RepoStore,
  key: ObjectKey,
  { oldest, others }: KeyHistory,
  { own, noise, range, signal }: KnownBytes,
  onTampering: OnTampering,
): Promise<void> {
  let compared = 0
  for (const { version, marker, modifiedAtMs, objectBytes } of others) {
    if (own?.has(version)) continue
    const sameSize =
      !marker && (range ? objectBytes === oldest?.objectBytes : noise.some(({ length }) => length === objectBytes))
    if (sameSize && compared++ < MAX_COMPARED && (await isNoise(version))) continue
    const kind = marker ? "marker" : "newer-version"
    onTampering({ key, kind, version, modifiedAtMs, oldestModifiedAtMs: oldest?.modifiedAtMs })
  }

  async function isNoise(version: string): Promise<boolean> {
    try {
      const found = await store.read(key, { version, signal, ...(range && { range }) })
      return found === undefined || noise.some((bytes) => equalBytes(bytes, found.bytes))
    } catch (error) {
      if (isStoreError(error) && error.code === "Aborted") throw error
      return isStoreError(error)
    }
  }
}
