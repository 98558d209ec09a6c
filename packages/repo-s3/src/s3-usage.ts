import type { SpendingCap } from "./spending-cap.ts"

/** Requests as S3 prices them, and bytes as they went over the wire, attempts that failed among them. */
export interface S3Usage {
  /** By S3's own name of the operation: `PutObject`, `ListObjectsV2` … */
  readonly requests: Readonly<Record<string, number>>
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** Price classes of requests: S3 bills writes and lists, reads, and does not bill deletions. */
export type S3RequestClass = "write" | "list" | "read" | "delete"

/** The class that an operation is billed in. */
export function requestClass(operation: string): S3RequestClass {
  if (/^(Delete|Abort)/.test(operation)) return "delete"
  if (operation.startsWith("List")) return "list"
  return /^(Get|Head)/.test(operation) ? "read" : "write"
}

/** How many requests there were of each class. */
export function requestsByClass({ requests }: S3Usage): Record<S3RequestClass, number> {
  const classes: Record<S3RequestClass, number> = { write: 0, list: 0, read: 0, delete: 0 }
  for (const [operation, count] of Object.entries(requests)) classes[requestClass(operation)] += count
  return classes
}

/** Counts what a client does, and keeps it below a cap. */
export class UsageCounter {
  readonly #cap: SpendingCap | undefined
  readonly #requests = new Map<string, number>()
  #bytesSent = 0
  #bytesReceived = 0

  constructor(cap?: SpendingCap) {
    this.#cap = cap
  }

  /** A request that is about to be made, and how many bytes it asks for. @throws StoreError `OverLimit` */
  request(operation: string, sentBytes: number, askedBytes: number): void {
    this.#cap?.spend(operation, askedBytes)
    this.#requests.set(operation, (this.#requests.get(operation) ?? 0) + 1)
    this.#bytesSent += sentBytes
  }

  /** Bytes that came; those that were asked for by number count towards the cap already. */
  received(bytes: number, { asked }: { readonly asked: boolean }): void {
    this.#bytesReceived += bytes
    if (!asked) this.#cap?.received(bytes)
  }

  /** What there was until now. */
  get usage(): S3Usage {
    return {
      requests: Object.fromEntries(this.#requests),
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
    }
  }
}
