import type { Source, SourceDisk, SourcePoint } from "@bcopy/source"
import { type FrozenDisk, readFrozen } from "./frozen-disk.ts"

/** One moment of a machine made of numbers. */
export interface FrozenMoment {
  readonly workload: string
  readonly platform: string
  readonly disks: readonly FrozenDisk[]
  readonly generation: number
  readonly createdAtMs: number
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly consistency?: "application" | "crash" | "fuzzy"
}

/** A source of that one point. `onRead` is called before each read, with its number from 1. */
export function frozenSource(moment: FrozenMoment, onRead: (number: number) => void = () => undefined): Source {
  const { workload, platform, disks, generation, createdAtMs, metadata, consistency = "crash" } = moment
  const point: SourcePoint = {
    id: "now",
    workload,
    platform,
    createdAtMs,
    complete: true,
    damaged: false,
    hops: 0,
    identity: `${workload} ${generation}`,
  }
  let reads = 0
  return {
    name: `numbers of ${workload}`,
    async *list() {
      yield point
    },
    open: async (_point, { blockBytes }) => ({
      disks: disks.map((disk): SourceDisk => ({
        name: disk.name,
        sizeBytes: disk.sizeBytes,
        async *spans({ from = 0 } = {}) {
          const blocks = Math.ceil(disk.sizeBytes / blockBytes)
          const kind = disk.zeroShare === 1 ? "zero" : "data"
          if (from < blocks) yield { kind, first: from, count: blocks - from }
        },
        async read(first, count, into) {
          reads++
          onRead(reads)
          readFrozen(disk, generation, first * blockBytes, into.subarray(0, count * blockBytes))
        },
      })),
      consistency,
      ...(metadata !== undefined && { metadata }),
      finish: async () => consistency,
      close: async () => undefined,
    }),
  }
}
