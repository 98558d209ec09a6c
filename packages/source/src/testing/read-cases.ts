import type { SourceDisk } from "../source.ts"
import { claim, claimRejects, pointCase, type ConformanceCase } from "./conformance-case.ts"
import { claimEqual, expectedBlock, readBlocks } from "./expected-blocks.ts"

function diskCase(
  name: string,
  check: (disk: SourceDisk, bytes: Uint8Array, blockBytes: number) => Promise<void>,
): ConformanceCase {
  return pointCase(name, async (open, { expected, blockBytes }) => {
    for (const [index, { name: diskName, bytes }] of expected.entries()) {
      const disk = open.disks[index]
      claim(disk !== undefined, `disk "${diskName}" is missing`)
      await check(disk, bytes, blockBytes)
    }
  })
}

/** `bytes` padded with zeros to whole blocks. */
function padded(bytes: Uint8Array, blockBytes: number): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / blockBytes) * blockBytes)
  whole.set(bytes)
  return whole
}

/** What reading promises. */
export const readCases: readonly ConformanceCase[] = [
  pointCase("the disks are those of the point, in order, with their exact sizes", async (open, { expected }) => {
    const found = open.disks.map(({ name, sizeBytes }) => `${name}: ${sizeBytes}`).join(", ")
    const due = expected.map(({ name, bytes }) => `${name}: ${bytes.length}`).join(", ")
    claim(found === due, `disks are "${found}" instead of "${due}"`)
  }),

  diskCase("every block reads as it was written", async (disk, bytes, blockBytes) => {
    for (let block = 0; block * blockBytes < bytes.length; block++)
      claimEqual(
        await readBlocks(disk, block, 1, blockBytes),
        expectedBlock(bytes, block, blockBytes),
        `disk "${disk.name}": block ${block}`,
      )
  }),

  diskCase("a read of many blocks equals reads of each, also of all at once", async (disk, bytes, blockBytes) => {
    const whole = padded(bytes, blockBytes)
    const blocks = whole.length / blockBytes
    for (const [first, count] of [
      [0, blocks],
      [1, blocks - 1],
      [blocks >> 1, 3],
      [blocks - 2, 2],
    ] as const)
      if (first >= 0 && count > 0 && first + count <= blocks)
        claimEqual(
          await readBlocks(disk, first, count, blockBytes),
          whole.subarray(first * blockBytes, (first + count) * blockBytes),
          `disk "${disk.name}": blocks ${first}+${count}`,
        )
  }),

  diskCase("what lies behind the end of the disk is filled with zeros", async (disk, bytes, blockBytes) => {
    if (bytes.length === 0) return
    const last = Math.floor((bytes.length - 1) / blockBytes)
    const tail = (await readBlocks(disk, last, 1, blockBytes)).subarray(bytes.length - last * blockBytes)
    claimEqual(tail, new Uint8Array(tail.length), `disk "${disk.name}": padding of block ${last}`)
  }),

  diskCase("a read touches nothing behind the blocks it was asked for", async (disk, bytes, blockBytes) => {
    if (bytes.length === 0) return
    const into = new Uint8Array(blockBytes + 1024).fill(0xa5)
    await disk.read(0, 1, into)
    claimEqual(into.subarray(blockBytes), new Uint8Array(1024).fill(0xa5), `disk "${disk.name}": bytes behind block 0`)
  }),

  diskCase("reads at the same time, in any order, do not disturb each other", async (disk, bytes, blockBytes) => {
    const blocks = Math.ceil(bytes.length / blockBytes)
    const order = Array.from({ length: blocks }, (_, at) => at).toSorted(
      (a, b) => ((a * 7) % 5) - ((b * 7) % 5) || b - a,
    )
    const found = await Promise.all(order.map((block) => readBlocks(disk, block, 1, blockBytes)))
    for (const [at, block] of order.entries())
      claimEqual(
        found[at] ?? new Uint8Array(),
        expectedBlock(bytes, block, blockBytes),
        `disk "${disk.name}": block ${block}`,
      )
  }),

  diskCase(
    "a read rejects with Aborted when its signal has fired, and later reads work",
    async (disk, bytes, blockBytes) => {
      if (bytes.length === 0) return
      const into = new Uint8Array(blockBytes)
      await claimRejects(() => disk.read(0, 1, into, { signal: AbortSignal.abort() }), ["Aborted"])
      claimEqual(
        await readBlocks(disk, 0, 1, blockBytes),
        expectedBlock(bytes, 0, blockBytes),
        `disk "${disk.name}": block 0`,
      )
    },
  ),
]
