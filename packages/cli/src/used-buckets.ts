import type { PriceEstimate, S3Store, S3Usage, SpendingCap } from "@bcopy/repo-s3"
import { addUse, type ClassUse, noUse, useSince } from "./class-use.ts"
import type { RunPhase } from "./run-phase.ts"

/** Requests of a run to one bucket. */
export interface BucketUse extends S3Usage {
  readonly repository: string
  /** As S3 bills them. */
  readonly classes: ClassUse["classes"]
  /** What went into which part of the run. */
  readonly phases: Readonly<Partial<Record<RunPhase, ClassUse>>>
  /** By the prices that were given. */
  readonly price?: PriceEstimate
}

/** A bucket that a run has opened. */
export interface OpenedBucket {
  /** Its address, without settings. */
  readonly name: string
  readonly store: S3Store
  readonly classesOf: (usage: S3Usage) => ClassUse["classes"]
  readonly priceOf?: (usage: S3Usage) => PriceEstimate
}

interface CountedBucket extends OpenedBucket {
  readonly phases: Map<RunPhase, ClassUse>
  seen: ClassUse
}

/** The buckets that a run has opened: what it asked of them in which phase, and their end. */
export class UsedBuckets {
  /** What may be spent on all of them together. */
  cap: SpendingCap | undefined
  readonly #buckets = new Map<string, CountedBucket>()
  readonly #stop: (() => void) | undefined
  #phase: RunPhase = "open"

  /** `stop` ends the run in order, when a cap comes near; absent where a run has nothing to keep. */
  constructor(stop?: () => void) {
    this.#stop = stop
  }

  get stop(): (() => void) | undefined {
    return this.#stop
  }

  /** Keeps a bucket under the text that it was named by. */
  add(text: string, bucket: OpenedBucket): void {
    this.#buckets.set(text, { ...bucket, phases: new Map(), seen: noUse })
  }

  /** The store that was opened for a text before. */
  find(text: string): S3Store | undefined {
    return this.#buckets.get(text)?.store
  }

  /** Says that another part of the run begins. */
  enter(phase: RunPhase): void {
    if (phase === this.#phase) return
    this.#count()
    this.#phase = phase
  }

  /** What was asked of all of them until now; `undefined` where there are none. */
  get total(): ClassUse | undefined {
    if (this.#buckets.size === 0) return undefined
    return [...this.#buckets.values()].map(totalOf).reduce(addUse)
  }

  /** What was asked until now, bucket by bucket. */
  get uses(): readonly BucketUse[] {
    this.#count()
    return [...this.#buckets.values()].map(({ name, store, classesOf, priceOf, phases }) => {
      const usage = store.usage()
      const price = priceOf?.(usage)
      return {
        repository: name,
        classes: classesOf(usage),
        ...usage,
        phases: Object.fromEntries(phases),
        ...(price && { price }),
      }
    })
  }

  close(): void {
    for (const { store } of this.#buckets.values()) store.close()
  }

  /** Puts what was asked since it was last counted to the phase of now. */
  #count(): void {
    for (const bucket of this.#buckets.values()) {
      const now = totalOf(bucket)
      const since = useSince(now, bucket.seen)
      bucket.seen = now
      if (since.requests > 0) bucket.phases.set(this.#phase, addUse(bucket.phases.get(this.#phase) ?? noUse, since))
    }
  }
}

function totalOf({ store, classesOf }: OpenedBucket): ClassUse {
  const usage = store.usage()
  const classes = classesOf(usage)
  const { bytesSent, bytesReceived } = usage
  return { requests: Object.values(classes).reduce((sum, count) => sum + count, 0), classes, bytesSent, bytesReceived }
}
