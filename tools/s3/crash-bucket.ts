import { createRepository } from "@bcopy/copy-engine"
import { type RepoStore, withRetry } from "@bcopy/repo"
import { openS3Store } from "@bcopy/repo-s3"
import { LATE_MS } from "../../packages/copy-engine/src/settle-repeats.ts"
import type { CrashWork } from "../../packages/copy-engine/src/testing/crash-work.ts"
import { asHost, deadProcess } from "../../packages/copy-engine/src/testing/hosts.ts"
import { makeWorld, type World } from "../../packages/copy-engine/src/testing/world.ts"
import type { Bucket, ChooseFault, FakeS3 } from "../../packages/repo-s3/src/testing/index.ts"
import type { BucketKind } from "./buckets.ts"

/** Objects above this size go in parts of 16 MiB. */
const MULTIPART_BYTES = 16 << 20
/** Time that passes whenever somebody looks: there is a checkpoint after every stretch with a pack. */
const TICK_MS = 40_000

/** What happens at a request of a process. */
export interface CrashFault {
  readonly kind: "dies before" | "dies after" | "loses the answer of"
  /** Requests are numbered from 1 on. */
  readonly at: number
}

/** How a process ended. */
export interface CrashEnd {
  /** Requests that it made, or tried to. */
  readonly requests: number
  readonly error: Error | undefined
}

/** A bucket of the double, with a repository in it on which processes die. */
export interface CrashBucket {
  /** What works take for their world; the store in memory is nobody's. */
  readonly world: World
  /** The repository's place, for who looks at it. */
  readonly store: RepoStore
  readonly bucket: Bucket
  /** Does the work as a process of its own, which is gone afterwards; `onRequest` is told each number. */
  run(work: CrashWork, process: number, fault?: CrashFault, onRequest?: (number: number) => void): Promise<CrashEnd>
  close(): void
}

/** Empties a bucket of the double and makes a repository in it. */
export async function openCrashBucket(server: FakeS3, kind: BucketKind): Promise<CrashBucket> {
  const bucket = server.bucket(kind)
  bucket.restore({ versions: new Map(), uploads: [] })
  const memory = makeWorld()
  // Servers' clocks are their own, and right.
  memory.clock.setNow(Date.now())
  const { store, close } = await connect(server, kind)
  const world: World = { ...memory, open: (over = store, options) => memory.open(over, options) }
  await createRepository(store, memory.seams(), { encryption: "none" })

  return {
    world,
    store,
    bucket,
    close,
    async run(work, process, fault, onRequest) {
      let requests = 0
      const choose = fault && faultsOf(fault)
      server.setFault((request) => {
        requests++
        onRequest?.(requests)
        return choose?.({ ...request, number: requests })
      })
      try {
        const own = await connect(server, kind)
        await asHost(deadProcess(process), async () => work.run(await openHastily(world, own.store))).finally(own.close)
        return { requests, error: undefined }
      } catch (error) {
        return { requests, error: error as Error }
      } finally {
        server.setFault(undefined)
      }
    },
  }
}

/** A process's own connections, with requests made again as by the program, only sooner. */
async function connect({ endpoint, credentials }: FakeS3, bucket: string) {
  const connection = { endpoint, region: "us-east-1", credentials }
  const plain = await openS3Store({ bucket, prefix: "offsite/", connection, multipartBytes: MULTIPART_BYTES })
  const clock = { sleep: async () => undefined }
  return {
    store: withRetry(plain, { attempts: 3, baseDelayMs: 0, clock, random: () => 0 }),
    close: () => plain.close(),
  }
}

/** A repository whose time passes with every look at it. */
async function openHastily(world: World, store: RepoStore) {
  const repository = await world.open(store)
  let looks = 0
  const { clock: slow } = repository.seams
  const clock = {
    ...slow,
    monotonic: () => TICK_MS * ++looks,
    // What a run waits for at its end passes at once: nobody else is there.
    sleep: async (ms: number, signal?: AbortSignal) => (ms === LATE_MS ? undefined : slow.sleep(ms, signal)),
  }
  return { ...repository, seams: { ...repository.seams, clock } }
}

function faultsOf({ kind, at }: CrashFault): ChooseFault {
  return ({ number }) => {
    if (number < at) return undefined
    if (number === at) return { kind: kind === "dies before" ? "reset" : "lost-answer" }
    return kind === "loses the answer of" ? undefined : { kind: "reset" }
  }
}
