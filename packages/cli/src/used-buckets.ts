import type { S3Store, S3Usage } from "@bcopy/repo-s3"
import { renderSize } from "./render-size.ts"

/** Requests of a run to one bucket. */
export interface BucketUse extends S3Usage {
  readonly repository: string
  /** As S3 bills them. */
  readonly classes: Readonly<Record<"write" | "list" | "read" | "delete", number>>
}

/** The buckets that a run has opened: what it asked of them, and their end. */
export class UsedBuckets {
  readonly #buckets: { readonly name: string; readonly store: S3Store; readonly classesOf: ClassesOf }[] = []

  add(name: string, store: S3Store, classesOf: ClassesOf): void {
    this.#buckets.push({ name, store, classesOf })
  }

  /** The store that was opened for an address before. */
  find(name: string): S3Store | undefined {
    return this.#buckets.find((bucket) => bucket.name === name)?.store
  }

  /** What was asked until now, bucket by bucket. */
  get uses(): readonly BucketUse[] {
    return this.#buckets.map(({ name, store, classesOf }) => {
      const usage = store.usage()
      return { repository: name, classes: classesOf(usage), ...usage }
    })
  }

  close(): void {
    for (const { store } of this.#buckets) store.close()
  }
}

type ClassesOf = (usage: S3Usage) => BucketUse["classes"]

/** Requests in words, a line a bucket. */
export function renderUses(uses: readonly BucketUse[]): string {
  return uses
    .map(({ repository, classes, bytesSent, bytesReceived }) => {
      const { write, list, read } = classes
      return `requests to ${repository}: ${write} writes, ${list} lists, ${read} reads; ${renderSize(bytesSent)} sent, ${renderSize(bytesReceived)} received`
    })
    .join("\n")
}
