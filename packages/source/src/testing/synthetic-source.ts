import { SourceError } from "../source-error.ts"
import type { OpenPoint, Source, SourcePoint } from "../source.ts"
import { throwIfAborted } from "../throw-if-aborted.ts"
import { syntheticDisk } from "./synthetic-disk.ts"
import type { SyntheticDisk } from "./synthetic-content.ts"

/** What a synthetic source offers, and how it goes wrong. Apart from `onRead` it can be sent to a worker thread. */
export interface SyntheticSourceOptions {
  readonly disks: readonly SyntheticDisk[]
  /** Number of points, one per generation of the disks; 1 by default. */
  readonly generations?: number
  readonly workload?: string
  readonly platform?: string
  readonly job?: string
  /** Time of generation 0, milliseconds since 1970; 0 by default. */
  readonly startMs?: number
  /** Time from one generation to the next, milliseconds; a day by default. */
  readonly stepMs?: number
  /** Whether points say that they are immutable; true by default. */
  readonly hasIdentity?: boolean
  /** Whether spans tell what is zero; true by default. Otherwise everything is `data`. */
  readonly knowsZeros?: boolean
  readonly fail?: SyntheticFailure
  /** Called before each read, for tests that count. */
  readonly onRead?: (disk: string, first: number, count: number) => void
}

/** How a synthetic source fails. */
export interface SyntheticFailure {
  /** The point opened goes away after so many reads, for good: `PointRemoved` everywhere. */
  readonly removedAfterReads?: number
  /** `finish` rejects with `Changed`. */
  readonly changedAtFinish?: boolean
  /** Reading this block of any disk rejects with `Unreadable`. */
  readonly unreadableBlock?: number
}

/**
 * A source made of nothing but numbers, for tests and benchmarks: disks of up to 16 TiB without memory or storage,
 * several generations that differ in a known share. Points are called `generation-0`, `generation-1`, …
 */
export function syntheticSource(options: SyntheticSourceOptions): Source {
  const { disks, generations = 1, workload = "synthetic", platform = "generic" } = options
  const { startMs = 0, stepMs = 24 * 60 * 60 * 1000, hasIdentity = true, fail = {} } = options
  const name = `synthetic ${workload}`
  const removed = new Set<number>()

  function pointOf(generation: number): SourcePoint {
    return {
      id: `generation-${generation}`,
      ...(options.job === undefined ? {} : { job: options.job }),
      workload,
      platform,
      createdAtMs: startMs + generation * stepMs,
      seq: generation + 1,
      complete: true,
      damaged: false,
      hops: 0,
      ...(hasIdentity ? { identity: `synthetic ${generation} ${JSON.stringify(disks)}` } : {}),
    }
  }

  function requirePresent(generation: number): void {
    if (removed.has(generation))
      throw new SourceError("PointRemoved", `${name}: point generation-${generation} was removed`)
  }

  function openGeneration(generation: number, blockBytes: number): OpenPoint {
    let reads = 0
    function beforeRead(disk: string, first: number, count: number): void {
      if (reads++ === fail.removedAfterReads) removed.add(generation)
      requirePresent(generation)
      const bad = fail.unreadableBlock
      if (bad !== undefined && bad >= first && bad < first + count)
        throw new SourceError("Unreadable", `${name}: disk "${disk}" cannot be read at block ${bad}`)
      options.onRead?.(disk, first, count)
    }
    return {
      disks: disks.map((disk) =>
        syntheticDisk(disk, { generation, blockBytes, knowsZeros: options.knowsZeros ?? true, beforeRead }),
      ),
      consistency: "crash",
      async finish({ signal } = {}) {
        throwIfAborted(signal, name)
        requirePresent(generation)
        if (fail.changedAtFinish) throw new SourceError("Changed", `${name}: changed while it was being read`)
        return "crash"
      },
      async close() {},
    }
  }

  return {
    name,
    async *list({ signal } = {}) {
      for (let generation = 0; generation < generations; generation++) {
        throwIfAborted(signal, `list ${name}`)
        if (!removed.has(generation)) yield pointOf(generation)
      }
    },
    async open(point, { blockBytes, signal }) {
      throwIfAborted(signal, `open ${point.id}`)
      const generation = Array.from({ length: generations }, (_, each) => each).find(
        (each) => pointOf(each).id === point.id,
      )
      if (generation === undefined) throw new SourceError("PointRemoved", `${name}: there is no point ${point.id}`)
      requirePresent(generation)
      return openGeneration(generation, blockBytes)
    },
  }
}
