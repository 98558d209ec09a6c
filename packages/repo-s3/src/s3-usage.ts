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

/** Counts what a client does. */
export class UsageCounter {
  readonly #requests = new Map<string, number>()
  #bytesSent = 0
  #bytesReceived = 0

  request(operation: string, sentBytes: number): void {
    this.#requests.set(operation, (this.#requests.get(operation) ?? 0) + 1)
    this.#bytesSent += sentBytes
  }

  received(bytes: number): void {
    this.#bytesReceived += bytes
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
