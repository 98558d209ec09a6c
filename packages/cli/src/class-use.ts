/** Requests by the classes they are billed in, and bytes. */
export interface ClassUse {
  readonly requests: number
  readonly classes: Readonly<Record<"write" | "list" | "read" | "delete", number>>
  readonly bytesSent: number
  readonly bytesReceived: number
}

export const noUse: ClassUse = {
  requests: 0,
  classes: { write: 0, list: 0, read: 0, delete: 0 },
  bytesSent: 0,
  bytesReceived: 0,
}

/** Both together. */
export function addUse(a: ClassUse, b: ClassUse): ClassUse {
  return combined(a, b, 1)
}

/** What came after `before`. */
export function useSince(now: ClassUse, before: ClassUse): ClassUse {
  return combined(now, before, -1)
}

function combined(a: ClassUse, b: ClassUse, sign: 1 | -1): ClassUse {
  return {
    requests: a.requests + sign * b.requests,
    classes: {
      write: a.classes.write + sign * b.classes.write,
      list: a.classes.list + sign * b.classes.list,
      read: a.classes.read + sign * b.classes.read,
      delete: a.classes.delete + sign * b.classes.delete,
    },
    bytesSent: a.bytesSent + sign * b.bytesSent,
    bytesReceived: a.bytesReceived + sign * b.bytesReceived,
  }
}
