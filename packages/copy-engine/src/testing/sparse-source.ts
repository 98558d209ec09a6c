import type { Source } from "@bcopy/source"

/**
 * A disk of zeros but for some blocks, of which the source knows what has changed since its last point: the rest it gives
 * as unchanged where there is a base, else as what it is.
 */
export function sparseSource(options: {
  readonly workload?: string
  readonly sizeBytes: number
  readonly blocks: ReadonlyMap<number, Uint8Array>
  readonly changed: readonly number[]
}): Source {
  const { workload = "web01", sizeBytes, blocks, changed } = options
  return {
    name: `sparse disk of ${workload}`,
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
              const data = (base === undefined ? [...blocks.keys()] : changed).toSorted((a, b) => a - b)
              const rest = base === undefined ? ("zero" as const) : ("unchanged" as const)
              let next = from
              for (const block of data) {
                if (block < next) continue
                if (block > next) yield { kind: rest, first: next, count: block - next }
                yield { kind: "data", first: block, count: 1 }
                next = block + 1
              }
              if (next < total) yield { kind: rest, first: next, count: total - next }
            },
            async read(first, count, into) {
              into.fill(0, 0, count * blockBytes)
              for (let at = 0; at < count; at++) into.set(blocks.get(first + at) ?? [], at * blockBytes)
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
