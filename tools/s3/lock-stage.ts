import { randomBytes } from "node:crypto"
import { buffer } from "node:stream/consumers"
import { GetObjectCommand } from "@aws-sdk/client-s3"
import { backUp, createRepository, type EngineEvent, openRepository, type Repository } from "@bcopy/copy-engine"
import { type RepoStore, withRetry } from "@bcopy/repo"
import { pretendedHost } from "../../packages/copy-engine/src/testing/hosts.ts"
import { disksNow } from "../../packages/copy-engine/src/testing/memory-source.ts"
import { changed, noise } from "../../packages/copy-engine/src/testing/noise.ts"
import { accessWith, testKey } from "../../packages/copy-engine/src/testing/test-keys.ts"
import { SMALL_PACK_BYTES } from "../../packages/copy-engine/src/testing/world.ts"
import { connectS3 } from "../../packages/repo-s3/src/connect.ts"
import { type ShortDays, shortDays } from "./short-days.ts"
import { openTestStore, type TestBucket } from "./test-bucket.ts"

export const JOB = "nightly"
export const PASSWORD = "correct horse"
/** What the least costly password slot costs. */
const LEAST_PARAMETERS = { memoryKiB: 47 << 10, passes: 1, lanes: 1 }
const MIB = 1 << 20

/** A point that was backed up, and the disk that it is of. */
export interface StagedPoint {
  readonly workload: string
  readonly id: string
  readonly disk: Uint8Array
}

/** A repository in a folder of a bucket where days are short, and what was put there. */
export interface LockStage {
  /** The folder, for whoever looks at it by other means. */
  readonly place: TestBucket
  readonly days: ShortDays
  /** What engines told, in order. */
  readonly events: EngineEvent[]
  readonly points: StagedPoint[]
  /** Another client, that knows nothing of bcopy. */
  readonly client: Awaited<ReturnType<typeof connectS3>>["client"]
  /** Opens it as a process that never saw it, with packs of one slot; `around` stands before the store. */
  open(password?: string, around?: (store: RepoStore) => RepoStore): Promise<Repository>
  /** One more point of a workload, of which a quarter has changed; or of another disk, which `stop` cuts short. */
  backUp(workload: string, how?: { readonly password?: string; readonly stop?: AbortController }): Promise<void>
  /** These points are gone for good. */
  forget(ids: readonly string[]): void
  /** The bytes of a version. */
  read(key: string, version?: string): Promise<Uint8Array>
  close(): void
}

/** Makes a repository in a folder of a bucket, which ends with a slash. */
export async function openLockStage(
  bucket: TestBucket,
  folder: string,
  { dayMs, encrypted }: { readonly dayMs: number; readonly encrypted: boolean },
): Promise<LockStage> {
  const place = { ...bucket, prefix: bucket.prefix + folder }
  const days = shortDays(dayMs)
  const plain = await openTestStore(bucket, folder)
  const { clock } = days
  const store = days.around(withRetry(plain, { attempts: 4, baseDelayMs: 20, clock, random: Math.random }))
  const { client, close } = await connectS3(bucket.connection)
  const events: EngineEvent[] = []
  const onEvent = (event: EngineEvent) => void events.push(event)
  const seams = { clock, host: pretendedHost, random: (count: number) => new Uint8Array(randomBytes(count)), onEvent }
  const points: StagedPoint[] = []
  const keysOf = (password: string) => accessWith([{ type: "password", password }])

  const slots = [
    { holder: { type: "password" as const, password: PASSWORD, parameters: LEAST_PARAMETERS } },
    { holder: { type: "external" as const, key: testKey } },
  ]
  await createRepository(store, seams, { encryption: encrypted ? { slots, keys: keysOf(PASSWORD) } : "none" })

  const open: LockStage["open"] = async (password = PASSWORD, around = (one) => one) => {
    const keys = encrypted ? { keys: keysOf(password) } : {}
    return { ...(await openRepository(around(store), seams, keys)), packBytes: SMALL_PACK_BYTES }
  }

  return {
    place,
    days,
    events,
    points,
    client,
    open,

    async backUp(workload, { password, stop } = {}) {
      const before = points.filter((point) => point.workload === workload)
      const last = before.at(-1)?.disk
      const at = ((before.length - 1) % 4) * (MIB / 2)
      const seed = 10 * workload.length + before.length
      const next = last === undefined ? noise(2 * MIB, seed) : changed(last, [{ at, count: MIB / 2 }], seed)
      const disk = stop === undefined ? next : noise(8 * MIB, seed)
      // When half of that is behind.
      const onRead = (_: string, first: number) => (first >= 64 ? stop?.abort() : undefined)
      const source = disksNow({ sda: disk }, { workload, createdAtMs: clock.now(), onRead })
      const signal = stop === undefined ? {} : { signal: stop.signal }
      const task = { source, job: JOB, workload, level: 0, movers: 0, ...signal }
      const { point } = await backUp(await open(password), task)
      if (point !== undefined) points.push({ workload, id: point, disk })
    },

    forget: (ids) => {
      for (const id of ids) points.splice(points.findIndex((point) => point.id === id) >>> 0, 1)
    },

    async read(key, version) {
      const found = await client.send(
        new GetObjectCommand({ Bucket: place.bucket, Key: place.prefix + key, VersionId: version }),
      )
      return buffer(found.Body as NodeJS.ReadableStream)
    },

    close() {
      plain.close()
      close()
    },
  }
}
