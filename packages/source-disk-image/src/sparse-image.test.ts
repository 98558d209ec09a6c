import { mkdtempSync, rmSync } from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { requireTool } from "@bcopy/require-tool"
import type { Span } from "@bcopy/source"
import * as fc from "fast-check"
import { afterEach, beforeEach, expect, test } from "vitest"
import { diskImageSource } from "./disk-image-source.ts"

interface Write {
  readonly offsetBytes: number
  readonly lengthBytes: number
  readonly fill: number
}

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bcopy-sparse-"))
})

afterEach(() => rmSync(folder, { recursive: true }))

async function makeImage(path: string, sizeBytes: number, writes: readonly Write[]): Promise<void> {
  const file = await open(path, "w")
  try {
    await file.truncate(sizeBytes)
    for (const { offsetBytes, lengthBytes, fill } of writes) {
      const length = Math.min(lengthBytes, sizeBytes - offsetBytes)
      if (length > 0) await file.write(new Uint8Array(length).fill(fill), 0, length, offsetBytes)
    }
  } finally {
    await file.close()
  }
}

/** Opens the image and gives its spans, and its content as a reader of spans puts it together. */
async function readBySpans(
  path: string,
  blockBytes: number,
): Promise<{ spans: Span[]; read: (limit: number) => Promise<Uint8Array> }> {
  const disks = [{ name: "sda", path }]
  const source = diskImageSource({ workload: "w", platform: "generic", disks, clock: { now: () => 0 } })
  const spans: Span[] = []
  const pieces: [first: number, bytes: Uint8Array][] = []
  let sizeBytes = 0
  for await (const point of source.list()) {
    const opened = await source.open(point, { blockBytes })
    const disk = opened.disks[0]!
    sizeBytes = disk.sizeBytes
    for await (const span of disk.spans()) {
      spans.push(span)
      if (span.kind !== "data") continue
      const bytes = new Uint8Array(span.count * blockBytes)
      await disk.read(span.first, span.count, bytes)
      pieces.push([span.first, bytes])
    }
    await opened.finish()
    await opened.close()
  }
  const read = async (limit: number) => {
    const whole = new Uint8Array(Math.ceil(Math.min(sizeBytes, limit) / blockBytes) * blockBytes)
    for (const [first, bytes] of pieces) whole.set(bytes, first * blockBytes)
    return whole.subarray(0, sizeBytes)
  }
  return { spans, read }
}

test("an image with holes anywhere reads by its spans as the file does", async () => {
  const write = fc.record({
    offsetBytes: fc.nat(2_000_000),
    lengthBytes: fc.oneof(fc.nat(20), fc.nat(200_000)),
    fill: fc.constantFrom(0, 1, 255),
  })
  let number = 0
  await fc.assert(
    fc.asyncProperty(
      fc.nat(2_000_000),
      fc.array(write, { maxLength: 6 }),
      fc.constantFrom(512, 4096, 65_536, 100_000),
      async (sizeBytes, writes, blockBytes) => {
        const path = join(folder, `image-${number++}`)
        await makeImage(path, sizeBytes, writes)
        const expected = new Uint8Array(sizeBytes)
        for (const { offsetBytes, lengthBytes, fill } of writes)
          expected.fill(fill, offsetBytes, offsetBytes + lengthBytes)
        const { read } = await readBySpans(path, blockBytes)
        expect(Buffer.compare(await read(Infinity), expected)).toBe(0)
        rmSync(path)
      },
    ),
    { numRuns: 60 },
  )
}, 120_000)

const knowsHoles = requireTool("qemu-img", "qemu-utils") || requireTool("filefrag", "e2fsprogs")

const names = [
  "json:x",
  "-x",
  "a:b",
  "nbd:x",
  "fd:1",
  "a,b=c",
  "new\nline",
  'json:{"driver":"null-co"}',
  "--",
  "%s",
  "Ü 1",
]

for (const name of names)
  test.skipIf(!knowsHoles)(
    `the holes of a file called ${JSON.stringify(name)} are those of that file [needs qemu-utils]`,
    async () => {
      await makeImage(join(folder, name), 1 << 20, [{ offsetBytes: 500_000, lengthBytes: 10, fill: 1 }])
      const { spans, read } = await readBySpans(join(folder, name), 65_536)
      expect(spans.map(({ kind, first, count }) => `${kind} ${first}+${count}`)).toEqual([
        "zero 0+7",
        "data 7+1",
        "zero 8+8",
      ])
      expect((await read(1 << 20))[500_009]).toBe(1)
    },
  )

test.skipIf(!knowsHoles)("a sparse image of 2 TiB has a span per hole and is not read [needs qemu-utils]", async () => {
  const path = join(folder, "huge")
  await makeImage(path, 2 ** 41, [{ offsetBytes: 2 ** 40 + 99, lengthBytes: 1, fill: 1 }])
  const { spans } = await readBySpans(path, 65_536)
  expect(spans).toEqual([
    { kind: "zero", first: 0, count: 2 ** 24 },
    { kind: "data", first: 2 ** 24, count: 1 },
    { kind: "zero", first: 2 ** 24 + 1, count: 2 ** 24 - 1 },
  ])
})
