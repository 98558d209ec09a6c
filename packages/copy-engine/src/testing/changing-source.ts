import type { Source } from "@bcopy/source"

/** Adjacent blocks of a disk. */
export interface Run {
  readonly first: number
  readonly count: number
}

/** Blocks as runs, ascending. */
export function runsOf(blocks: Iterable<number>): readonly Run[] {
  const runs: { first: number; count: number }[] = []
  for (const block of [...blocks].toSorted((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last !== undefined && last.first + last.count === block) last.count++
    else runs.push({ first: block, count: 1 })
  }
  return runs
}

/**
 * A disk of which the source knows what has changed since its last point: the rest it gives as unchanged where there is a
 * base, else as what it is.
 */
export function changingSource(options: {
  readonly workload?: string
  readonly sizeBytes: number
  /** Blocks that hold something, ascending; the rest is zeros. */
  readonly filled: readonly Run[]
  readonly changed: readonly Run[]
  /** Writes a block into so many zeros. */
  readonly fill: (block: number, into: Uint8Array) => void
}): Source {
  const { workload = "web01", sizeBytes, filled, changed, fill } = options
  return {
    name: `changing disk of ${workload}`,
    async *list() {
      yield { id: "now", workload, platform: "generic", createdAtMs: 0, complete: true, damaged: false, hops: 0 }
    },
    async open(_point, { blockBytes }) {
      const total = Math.ceil(sizeBytes / blockBytes)
      return {
        consistency: "crash",
        disks: [
          {
            name: "sda",
            sizeBytes,
            async *spans({ from = 0, base } = {}) {
              const rest = base === undefined ? ("zero" as const) : ("unchanged" as const)
              let next = from
              for (const run of base === undefined ? filled : changed) {
                const first = Math.max(run.first, next)
                const count = run.first + run.count - first
                if (count <= 0) continue
                if (first > next) yield { kind: rest, first: next, count: first - next }
                yield { kind: "data", first, count }
                next = first + count
              }
              if (next < total) yield { kind: rest, first: next, count: total - next }
            },
            async read(first, count, into) {
              into.fill(0, 0, count * blockBytes)
              for (let at = 0; at < count; at++) fill(first + at, into.subarray(at * blockBytes, (at + 1) * blockBytes))
            },
          },
        ],
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
