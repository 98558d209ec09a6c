import { equalBytes } from "./equal-bytes.ts"
import { type KeyHistory, readKeyHistory, reportTampering } from "./key-history.ts"
import type { ObjectKey } from "./object-key.ts"
import type { CreateOptions, CreateResult, RepoStore } from "./repo-store.ts"
import { requireWhole } from "./require-whole.ts"
import { isRetryable, isStoreError, StoreError } from "./store-error.ts"
import type { OnTampering } from "./tampering.ts"

/** Whose bytes a key holds after an attempt to create it; the same answer to everybody, for ever. */
export type WriteOnceResult =
  | {
      /** The key holds our bytes. */
      readonly outcome: "won"
      /** The store's time of the answer, milliseconds since 1970. */
      readonly dateMs: number
      /** When the object was made, by the store's clock; `undefined` if the store did not say. */
      readonly modifiedAtMs?: number
    }
  | {
      /** The key held other bytes before. */
      readonly outcome: "lost"
      /** What the key holds. */
      readonly bytes: Uint8Array
      readonly dateMs: number
      readonly modifiedAtMs: number
    }

/** How often identical bytes are sent until an answer comes; the caller's `withRetry` beneath multiplies it. */
const SETTLE_ATTEMPTS = 3

export interface CreateOnceOptions {
  readonly believe: boolean
  readonly onTampering: OnTampering
  /** Told of a key for which an attempt had no answer: it may still land over what the key means, or leave something. */
  readonly onRepeated?: (key: ObjectKey) => void
}

/**
 * Creates an object and finds out whose it is: see `WriteOnceStore.create`. With `believe` a plain `created: true` is
 * enough on a versioned store too, for keys that nobody else can know.
 */
export async function createOnce(
  store: RepoStore,
  key: ObjectKey,
  bytes: Uint8Array,
  options: CreateOptions,
  { believe, onTampering, onRepeated }: CreateOnceOptions,
): Promise<WriteOnceResult> {
  const { versioned, atomicCreate } = store.capabilities
  if (!versioned && !atomicCreate)
    throw new StoreError("Unfit", `${store.name}: cannot create ${key}, the store has no atomic create and no versions`)
  const { signal } = options
  const own = new Set<string>()
  let unanswered: unknown
  for (let attempt = 1; attempt <= SETTLE_ATTEMPTS; attempt++) {
    let answer: CreateResult | undefined
    try {
      answer = await store.create(key, bytes, options)
      if (answer.version !== undefined) own.add(answer.version)
    } catch (error) {
      if (signal?.aborted) throw error
      const open = isOpen(error)
      if (!open && unanswered === undefined) throw error
      unanswered ??= error
      // An attempt without an answer is settled by sending the same bytes again; only then by looking.
      if (open && attempt < SETTLE_ATTEMPTS) continue
      attempt = SETTLE_ATTEMPTS
    }
    // Of two attempts each may have made a version, and which of them is the oldest only a listing tells.
    const repeated = answer === undefined || answer.repeated === true
    if (repeated) onRepeated?.(key)
    const settled =
      versioned && !(believe && answer?.created && !repeated) ? await byHistory(answer) : await byAnswer(answer)
    if (settled !== undefined) return settled
  }
  const why = isStoreError(unanswered) ? unanswered.message : "it appeared and vanished while it was created"
  throw new StoreError("Unavailable", `${store.name}: whether ${key} was created is not known: ${why}`, {
    ...(unanswered !== undefined && { cause: unanswered }),
  })

  async function byAnswer(answer: CreateResult | undefined): Promise<WriteOnceResult | undefined> {
    if (answer?.created) return { outcome: "won", dateMs: answer.dateMs }
    const found = requireWhole(await store.read(key, { signal }), `${store.name}: read ${key}`, undefined)
    if (found === undefined) return undefined
    const { modifiedAtMs } = found
    const dateMs = answer?.dateMs ?? (await store.date({ signal }))
    if (equalBytes(found.bytes, bytes)) return { outcome: "won", dateMs, modifiedAtMs }
    return { outcome: "lost", bytes: found.bytes, dateMs, modifiedAtMs }
  }

  async function byHistory(answer: CreateResult | undefined): Promise<WriteOnceResult | undefined> {
    const history = await readKeyHistory(store, key, signal)
    const { oldest, dateMs } = history
    if (oldest === undefined) {
      await reportTampering(store, key, history, { own, noise: [], signal }, onTampering)
      // An answer that the listing contradicts leaves open whether the object was there and is gone.
      unanswered ??= answer && new StoreError("Unavailable", `it was answered, but no version is listed`)
      return undefined
    }
    const { modifiedAtMs, version } = oldest
    const held = own.has(version) ? bytes : await readVersion(version)
    if (held === undefined) return undefined
    await takeAway(history)
    await reportTampering(store, key, history, { own, noise: [held, bytes], signal }, onTampering)
    if (equalBytes(held, bytes)) return { outcome: "won", dateMs, modifiedAtMs }
    return { outcome: "lost", bytes: held, dateMs, modifiedAtMs }
  }

  async function readVersion(version: string): Promise<Uint8Array | undefined> {
    const found = await store.read(key, { version, signal })
    return requireWhole(found, `${store.name}: read ${key}`, undefined)?.bytes
  }

  /** Our own versions over the oldest one are noise; a version that is locked, or that we may not delete, stays. */
  async function takeAway({ others }: KeyHistory): Promise<void> {
    for (const { version } of others) {
      if (!own.has(version) || options.retainUntilMs !== undefined) continue
      await store.remove(key, { version, signal }).catch(() => undefined)
    }
  }
}

/** Whether a rejected create may have taken effect, or may still do so. */
function isOpen(error: unknown): boolean {
  return isRetryable(error) || (isStoreError(error) && error.code === "Aborted")
}
