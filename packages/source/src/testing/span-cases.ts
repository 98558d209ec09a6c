import type { ContentTree, SourceDisk, Span } from "../source.ts"
import { claim, claimRejects, pointCase, type ConformanceCase, type ExpectedDisk } from "./conformance-case.ts"
import { claimEqual, coveringSpans, expectedBlock, isZero, readBlocks } from "./expected-blocks.ts"

interface Pair {
  readonly disk: SourceDisk
  readonly expected: ExpectedDisk
  readonly blockBytes: number
}

function diskCase(name: string, check: (pair: Pair) => Promise<void>): ConformanceCase {
  return pointCase(name, async (open, subject) => {
    for (const [index, expected] of subject.expected.entries()) {
      const disk = open.disks[index]
      claim(disk !== undefined, `disk "${expected.name}" is missing`)
      await check({ disk, expected, blockBytes: subject.blockBytes })
    }
  })
}

async function claimZerosAreZero({ disk, expected, blockBytes }: Pair, spans: readonly Span[]): Promise<void> {
  for (const { kind, first, count } of spans) {
    if (kind !== "zero") continue
    const bytes = expected.bytes.subarray(first * blockBytes, (first + count) * blockBytes)
    claim(isZero(bytes), `disk "${disk.name}": blocks ${first}+${count} are given as zero and are not`)
    claim(
      isZero(await readBlocks(disk, first, count, blockBytes)),
      `disk "${disk.name}": zero span ${first}+${count} reads otherwise`,
    )
  }
}

async function claimIds({ disk, expected, blockBytes }: Pair, { first, count, ids }: Span): Promise<void> {
  if (ids === undefined) return
  claim(ids.length === count * 32, `disk "${disk.name}": ${ids.length} bytes of ids for ${count} blocks`)
  for (let at = 0; at < count; at++) {
    const block = expectedBlock(expected.bytes, first + at, blockBytes)
    const due = isZero(block)
      ? new Uint8Array(32)
      : new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(block)))
    claimEqual(ids.subarray(at * 32, at * 32 + 32), due, `disk "${disk.name}": id of block ${first + at}`)
  }
}

/** A base of the same shape that shares nothing with any disk. */
function foreignTree({ disk, blockBytes }: Pair): ContentTree {
  let height = 0
  for (let leaves = Math.ceil(disk.sizeBytes / blockBytes / 128); leaves > 1; leaves = Math.ceil(leaves / 64)) height++
  const digest = async (level: number, index: number) => new Uint8Array(32).fill(0x5a ^ level ^ index)
  return { sizeBytes: disk.sizeBytes, blockBytes, height, digest }
}

/** What spans promise. */
export const spanCases: readonly ConformanceCase[] = [
  diskCase("spans cover the disk in ascending order, without gap or overlap", async ({ disk, blockBytes }) => {
    await coveringSpans(disk, blockBytes)
  }),

  diskCase("spans from a block on begin there and end at the end", async ({ disk, blockBytes }) => {
    const blocks = Math.ceil(disk.sizeBytes / blockBytes)
    for (const from of new Set([0, 1, blocks >> 1, blocks - 1, blocks]))
      if (from >= 0 && from <= blocks) await coveringSpans(disk, blockBytes, { from })
  }),

  diskCase("what is given as zero reads as zeros", async (pair) => {
    await claimZerosAreZero(pair, await coveringSpans(pair.disk, pair.blockBytes))
  }),

  diskCase("without a base nothing is unchanged", async ({ disk, blockBytes }) => {
    const unchanged = (await coveringSpans(disk, blockBytes)).find(({ kind }) => kind === "unchanged")
    claim(unchanged === undefined, `disk "${disk.name}": block ${unchanged?.first} is unchanged against nothing`)
  }),

  diskCase("against a base that shares nothing, nothing is unchanged", async (pair) => {
    const spans = await coveringSpans(pair.disk, pair.blockBytes, { base: foreignTree(pair) })
    const unchanged = spans.find(({ kind }) => kind === "unchanged")
    claim(unchanged === undefined, `disk "${pair.disk.name}": block ${unchanged?.first} is unchanged and is not`)
    await claimZerosAreZero(pair, spans)
  }),

  diskCase("what is given as unchanged equals the base block by block", async (pair) => {
    const { disk, expected, blockBytes } = pair
    if (expected.base === undefined) return
    const { tree, bytes } = expected.base
    const spans = await coveringSpans(disk, blockBytes, { base: tree })
    await claimZerosAreZero(pair, spans)
    for (const { kind, first, count } of spans)
      for (let block = first; kind === "unchanged" && block < first + count; block++)
        claimEqual(
          expectedBlock(expected.bytes, block, blockBytes),
          expectedBlock(bytes, block, blockBytes),
          `disk "${disk.name}": block ${block}, given as unchanged`,
        )
  }),

  diskCase("ids, where given, are those of the blocks", async (pair) => {
    for (const span of await coveringSpans(pair.disk, pair.blockBytes)) await claimIds(pair, span)
  }),

  diskCase("spans reject with Aborted when their signal has fired", async ({ disk, blockBytes }) => {
    if (disk.sizeBytes === 0) return
    await claimRejects(() => coveringSpans(disk, blockBytes, { signal: AbortSignal.abort() }), ["Aborted"])
  }),
]
