import { type Source, SourceError, type SourcePoint, throwIfAborted } from "@bcopy/source"

/** A disk whose bytes are at hand. */
export interface MemoryDisk {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A point of a {@link memorySource}. */
export interface MemoryPoint extends Partial<Omit<SourcePoint, "workload">> {
  readonly disks: readonly MemoryDisk[]
}

export interface MemorySourceOptions {
  readonly workload?: string
  readonly points: readonly MemoryPoint[]
  /** Called before each read; may throw in its place. */
  readonly onRead?: (disk: string, first: number, count: number) => void | Promise<void>
}

/** A source of bytes at hand, which knows nothing about them: every block is data. */
export function memorySource({ workload = "web01", points, onRead }: MemorySourceOptions): Source {
  const name = `memory of ${workload}`
  const listed = points.map(({ disks, ...given }, index): { point: SourcePoint; disks: readonly MemoryDisk[] } => ({
    point: {
      id: `${index}`,
      workload,
      platform: "generic",
      createdAtMs: index,
      complete: true,
      damaged: false,
      hops: 0,
      ...given,
    },
    disks,
  }))
  return {
    name,
    async *list({ signal } = {}) {
      for (const { point } of listed) {
        throwIfAborted(signal, `list ${name}`)
        yield point
      }
    },
    async open(wanted, { blockBytes, signal }) {
      throwIfAborted(signal, `open ${name}`)
      const found = listed.find(({ point }) => point.id === wanted.id)
      if (found === undefined) throw new SourceError("PointRemoved", `${name}: no point ${wanted.id}`)
      return {
        consistency: "crash",
        disks: found.disks.map((disk) => ({
          name: disk.name,
          sizeBytes: disk.bytes.length,
          async *spans({ from = 0 } = {}) {
            const count = Math.ceil(disk.bytes.length / blockBytes) - from
            if (count > 0) yield { kind: "data" as const, first: from, count }
          },
          async read(first, count, into, options = {}) {
            throwIfAborted(options.signal, `read ${name}`)
            await onRead?.(disk.name, first, count)
            into.fill(0, 0, count * blockBytes)
            into.set(disk.bytes.subarray(first * blockBytes, (first + count) * blockBytes))
          },
        })),
        async finish() {
          return "crash"
        },
        async close() {
          // Nothing is held open.
        },
      }
    },
  }
}

/** A source of one point of one disk, or of several disks in order. */
export function disksNow(
  disks: Readonly<Record<string, Uint8Array>>,
  given: Partial<SourcePoint> & { onRead?: MemorySourceOptions["onRead"] } = {},
): Source {
  const { workload, onRead, ...point } = given
  const named = Object.entries(disks).map(([name, bytes]) => ({ name, bytes }))
  return memorySource({
    ...(workload && { workload }),
    ...(onRead && { onRead }),
    points: [{ ...point, disks: named }],
  })
}
