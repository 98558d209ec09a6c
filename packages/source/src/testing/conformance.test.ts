import { describe, expect, test } from "vitest"
import { SourceError } from "../source-error.ts"
import type { OpenPoint, Source, SourceDisk, SourcePoint } from "../source.ts"
import type { ConformanceSubject } from "./conformance-case.ts"
import { conformance } from "./conformance.ts"
import { readSynthetic, type SyntheticDisk } from "./synthetic-content.ts"
import { syntheticSource } from "./synthetic-source.ts"

const blockBytes = 1 << 20
const generation = 1
const disks: SyntheticDisk[] = [
  { name: "system", sizeBytes: (12 << 20) + 12_345, seed: 1, changedShare: 0.2 },
  { name: "empty", sizeBytes: 0 },
  { name: "small", sizeBytes: 700, seed: 2, zeroShare: 0 },
]

const expected = disks.map((disk) => {
  const bytes = new Uint8Array(disk.sizeBytes)
  readSynthetic(disk, generation, 0, bytes)
  return { name: disk.name, bytes }
})

async function makeSubject(): Promise<ConformanceSubject> {
  const source = syntheticSource({ disks, generations: 3 })
  for await (const point of source.list())
    if (point.id === `generation-${generation}`) return { source, point, blockBytes, expected }
  throw new Error("the synthetic source does not list its point")
}

describe("the synthetic source conforms", () => {
  test("and its subject has zeros, data and a partial last block to show it on", async () => {
    const { source, point } = await makeSubject()
    const open = await source.open(point, { blockBytes })
    const kinds = new Set<string>()
    for await (const { kind } of open.disks[0]!.spans()) kinds.add(kind)
    expect([...kinds].toSorted()).toEqual(["data", "zero"])
  })
  for (const { name, run } of conformance) test(name, () => run(makeSubject))
})

function withSource(change: (source: Source) => Partial<Source>): () => Promise<ConformanceSubject> {
  return async () => {
    const subject = await makeSubject()
    return { ...subject, source: { ...subject.source, ...change(subject.source) } }
  }
}

function withOpen(change: (open: OpenPoint) => Partial<OpenPoint>): () => Promise<ConformanceSubject> {
  return withSource((source) => ({
    async open(point, options) {
      const open = await source.open(point, options)
      return { ...open, ...change(open) }
    },
  }))
}

function withDisk(change: (disk: SourceDisk) => Partial<SourceDisk>): () => Promise<ConformanceSubject> {
  return withOpen((open) => ({ disks: open.disks.map((disk) => ({ ...disk, ...change(disk) })) }))
}

function withPoints(change: (points: SourcePoint[]) => SourcePoint[]): () => Promise<ConformanceSubject> {
  return withSource((source) => ({
    async *list(options) {
      const points: SourcePoint[] = []
      for await (const point of source.list(options)) points.push(point)
      yield* change(points)
    },
  }))
}

const block = (index: number) => ({ kind: "data", first: index, count: 1 }) as const

const faults: Record<string, { make: () => Promise<ConformanceSubject>; caughtBy: RegExp }> = {
  "leaves a point out": { make: withPoints((points) => points.slice(2)), caughtBy: /every complete point/ },
  "lists the newest first": { make: withPoints((points) => points.toReversed()), caughtBy: /ascending order/ },
  "lists a time in fractions": {
    make: withPoints((points) => points.map((point) => ({ ...point, createdAtMs: 0.5 }))),
    caughtBy: /sound numbers/,
  },
  "gives all points one identity": {
    make: withPoints((points) => points.map((point) => ({ ...point, identity: "same" }))),
    caughtBy: /different identities/,
  },
  "opens what is not there": {
    make: withSource((source) => ({
      open: (point, options) => source.open({ ...point, id: "generation-1" }, options),
    })),
    caughtBy: /cannot be opened/,
  },
  "ignores the signal of open": {
    make: withSource((source) => ({
      open: (point, options) => source.open(point, { blockBytes: options.blockBytes }),
    })),
    caughtBy: /open rejects with Aborted/,
  },
  "leaves out a disk": {
    make: withOpen(({ disks: all }) => ({ disks: all.slice(0, 2) })),
    caughtBy: /disks are those/,
  },
  "gives metadata that JSON cannot say": {
    make: withOpen(() => ({ metadata: { made: new Date(0) } })),
    caughtBy: /survives JSON/,
  },
  "forgets the consistency": {
    make: withOpen(() => ({ finish: async () => undefined as never })),
    caughtBy: /finish resolves/,
  },
  "ignores the signal of finish": {
    make: withOpen((open) => ({ finish: () => open.finish() })),
    caughtBy: /finish rejects/,
  },
  "cannot be closed twice": {
    make: withOpen(() => {
      let closed = false
      return {
        async close() {
          if (closed) throw new SourceError("Unreadable", "closed already")
          closed = true
        },
      }
    }),
    caughtBy: /second call/,
  },
  "leaves a gap between spans": {
    make: withDisk(() => ({
      async *spans() {
        yield block(0)
        yield block(2)
      },
    })),
    caughtBy: /without gap/,
  },
  "always begins at block 0": { make: withDisk((disk) => ({ spans: () => disk.spans() })), caughtBy: /begin there/ },
  "takes data for zeros": {
    make: withDisk((disk) => ({
      async *spans(options) {
        for await (const span of disk.spans(options)) yield { ...span, kind: "zero" as const }
      },
    })),
    caughtBy: /reads as zeros/,
  },
  "takes everything for unchanged when there is a base": {
    make: withDisk((disk) => ({
      async *spans(options) {
        for await (const span of disk.spans(options))
          yield options?.base ? { ...span, kind: "unchanged" as const } : span
      },
    })),
    caughtBy: /shares nothing/,
  },
  "takes blocks for unchanged that the base holds differently": {
    make: async () => {
      const claiming = withDisk((disk) => ({
        async *spans(options) {
          const isKnown = options?.base?.digest === known
          for await (const span of disk.spans(options)) yield isKnown ? { ...span, kind: "unchanged" as const } : span
        },
      }))
      const known = async () => new Uint8Array(32)
      const subject = await claiming()
      const withBase = subject.expected.map((disk) => {
        const sizeBytes = disk.bytes.length
        return {
          ...disk,
          base: { tree: { sizeBytes, blockBytes, height: 0, digest: known }, bytes: disk.bytes.toReversed() },
        }
      })
      return { ...subject, expected: withBase }
    },
    caughtBy: /equals the base/,
  },
  "gives ids of other blocks": {
    make: withDisk((disk) => ({
      async *spans(options) {
        for await (const span of disk.spans(options)) yield { ...span, ids: new Uint8Array(span.count * 32).fill(1) }
      },
    })),
    caughtBy: /ids, where given/,
  },
  "leaves the padding as it was": {
    make: withDisk((disk) => ({
      async read(first, count, into, options) {
        const whole = new Uint8Array(count * blockBytes)
        await disk.read(first, count, whole, options)
        into.set(whole.subarray(0, Math.min(whole.length, disk.sizeBytes - first * blockBytes)))
      },
    })),
    caughtBy: /behind the end of the disk/,
  },
  "fills the whole buffer": {
    make: withDisk((disk) => ({
      async read(first, count, into, options) {
        into.fill(0)
        await disk.read(first, count, into, options)
      },
    })),
    caughtBy: /nothing behind the blocks/,
  },
  "reads from the block before": {
    make: withDisk((disk) => ({
      read: (first, count, into, options) => disk.read(Math.max(0, first - 1), count, into, options),
    })),
    caughtBy: /every block reads/,
  },
  "stays broken after an abort": {
    make: withDisk((disk) => {
      let broken = false
      return {
        async read(first, count, into, options) {
          broken ||= options?.signal?.aborted ?? false
          if (broken) throw new SourceError("Aborted", "aborted before")
          await disk.read(first, count, into, options)
        },
      }
    }),
    caughtBy: /later reads work/,
  },
  "mixes up reads that overlap": {
    make: withDisk((disk) => {
      let last = 0
      return {
        async read(first, count, into, options) {
          last = first
          await Promise.resolve()
          await disk.read(last, count, into, options)
        },
      }
    }),
    caughtBy: /at the same time/,
  },
}

describe("conformance catches a source that", () => {
  for (const [name, { make, caughtBy }] of Object.entries(faults))
    test(name, async () => {
      const failed: string[] = []
      for (const { name: caseName, run } of conformance) await run(make).catch(() => failed.push(caseName))
      expect(failed).toContainEqual(expect.stringMatching(caughtBy))
    })
})

test("a subject is disposed of, also when its case fails", async () => {
  let disposed = 0
  const make = async (): Promise<ConformanceSubject> => ({
    ...(await withOpen(() => ({ disks: [] }))()),
    dispose: async () => void disposed++,
  })
  for (const { run } of conformance) await run(make).catch(() => undefined)
  expect(disposed).toBe(conformance.length)
})
