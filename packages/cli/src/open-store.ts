import { readdir, stat } from "node:fs/promises"
import { BIRTH_KEY, layout } from "@bcopy/chain-format"
import { EngineError, isEngineError } from "@bcopy/copy-engine"
import { type RepoStore, type RetryPolicy, withPace, withRetry } from "@bcopy/repo"
import { folderStore } from "@bcopy/repo-fs"
import type { Call } from "./cli-command.ts"
import { CliError } from "./cli-error.ts"
import { type BucketCall, openBucket } from "./open-bucket.ts"
import { isBucketAddress } from "./is-bucket-address.ts"
import { randomFraction } from "./random-fraction.ts"

const ATTEMPTS = 4
/** Networks and services have longer bad moments than disks: some 25 s a request; what creates is asked for up to three times. */
export const BUCKET_ATTEMPTS = 10
const BASE_DELAY_MS = 100
const MAX_CONCURRENT = 16

/** The folder that a REPO text names. @throws CliError `Usage` for what names no folder */
export function parseFolder(text: string): string {
  if (text === "")
    throw new CliError("Usage", "the repository has an empty name", { hint: "Give the path of a folder." })
  if (/^s3(?::|\/\/)/i.test(text))
    throw new CliError("Usage", `${text} looks like a bucket and is none`, {
      hint: "Write s3://bucket/prefix; a folder of that name is ./" + text + ".",
    })
  const [, scheme] = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text) ?? []
  if (scheme !== undefined)
    throw new CliError("Usage", `${text}: ${scheme}:// names no repository`, {
      hint: "Give the path of a folder, or s3://bucket/prefix.",
    })
  return text
}

/** The store of the repository that a REPO text names; requests that may pass are made again. @throws CliError, StoreError */
export async function openStore(text: string, call: BucketCall): Promise<RepoStore> {
  if (isBucketAddress(text)) return retried(paced(await openBucket(text, call), call), call, BUCKET_ATTEMPTS)
  return retried(folderStore({ path: parseFolder(text), clock: call.io.clock }), call)
}

/** As many requests at once as the service takes well, and no more a second than allowed. */
export function paced(store: RepoStore, { io: { clock }, options }: Pick<Call, "io" | "options">): RepoStore {
  const { bandwidth, requestRate } = options
  return withPace(store, {
    maxConcurrent: MAX_CONCURRENT,
    ...(bandwidth !== undefined && { bytesPerSecond: bandwidth }),
    ...(requestRate !== undefined && { requestsPerSecond: requestRate }),
    clock,
  })
}

/** Makes requests again that failed in a way that may pass. */
export function retried(store: RepoStore, call: Pick<Call, "io" | "onRetry">, attempts = ATTEMPTS): RepoStore {
  return withRetry(store, retryPolicy(call, attempts))
}

/** How often what may pass is tried, and after which waits. */
export function retryPolicy({ io, onRetry }: Pick<Call, "io" | "onRetry">, attempts: number): RetryPolicy {
  return { attempts, baseDelayMs: BASE_DELAY_MS, clock: io.clock, random: randomFraction(io), onRetry }
}

/** Whether a folder with these names in it may hold a repository, a damaged or half-made one among them. */
export function mayHoldRepository(names: readonly string[]): boolean {
  const own = [BIRTH_KEY, layout.repositorySettings, layout.backups].map((key) => key.replace("/", ""))
  return own.some((name) => names.includes(name))
}

/**
 * Keeps the store away from folders that hold no repository: it would try out what they can do.
 * @throws EngineError `NoRepository` if there is no folder of that name, or nothing of a repository in it
 */
export async function requireFolder(text: string): Promise<void> {
  if (isBucketAddress(text)) return
  const path = parseFolder(text)
  const none = (what: string) =>
    new EngineError("NoRepository", what, { hint: "Check the path, or make a repository with `bcopy init`." })
  try {
    if (!(await stat(path)).isDirectory()) throw none(`${path} is not a folder`)
    if (!mayHoldRepository(await readdir(path))) throw none(`${path} holds no bcopy repository`)
  } catch (error) {
    if (isEngineError(error)) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === "ENOENT" || code === "ENOTDIR") throw none(`there is no folder ${path}`)
    // What cannot be told is left to the store, which says why.
  }
}
