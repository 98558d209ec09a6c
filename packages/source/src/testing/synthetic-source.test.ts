import { expect, test } from "vitest"
import type { Source, SourcePoint, Span } from "../source.ts"
import { readSynthetic, type SyntheticDisk } from "./synthetic-content.ts"
import { syntheticSource, type SyntheticSourceOptions } from "./synthetic-source.ts"

const blockBytes = 64 << 10
const disk: SyntheticDisk = { name: "sda", sizeBytes: 64 << 20, seed: 7, changedShare: 0.05 }

function contentOf(generation: number, of: SyntheticDisk = disk): Uint8Array {
  const bytes = new Uint8Array(of.sizeBytes)
  readSynthetic(of, generation, 0, bytes)
  return bytes
}

async function pointsOf(source: Source): Promise<SourcePoint[]> {
  const points: SourcePoint[] = []
  for await (const point of source.list()) points.push(point)
  return points
}

async function openFirst(options: Partial<SyntheticSourceOptions>) {
  const source = syntheticSource({ disks: [disk], ...options })
  const [point] = await pointsOf(source)
  const open = await source.open(point!, { blockBytes })
  return { source, point: point!, open, sda: open.disks[0]! }
}

test("content depends on seed and generation alone, not on the unit of reading", () => {
  const whole = contentOf(1)
  const part = new Uint8Array(200_001)
  readSynthetic(disk, 1, 33_333, part)
  expect(part).toEqual(whole.subarray(33_333, 33_333 + part.length))
  expect(contentOf(1, { ...disk, seed: 8 })).not.toEqual(whole)
})

test("a later generation differs in about the share that was asked for", () => {
  const [before, after] = [contentOf(3, { ...disk, zeroShare: 0 }), contentOf(4, { ...disk, zeroShare: 0 })]
  let changed = 0
  for (let at = 0; at < before.length; at += 64 << 10) if (before[at] !== after[at]) changed++
  expect(changed / 1024).toBeGreaterThan(0.03)
  expect(changed / 1024).toBeLessThan(0.07)
})

test("about the share asked for is zero, and spans know it", async () => {
  const { sda } = await openFirst({ disks: [{ ...disk, sizeBytes: 2 ** 40, zeroShare: 0.9 }] })
  let zeros = 0
  for await (const { kind, count } of sda.spans()) if (kind === "zero") zeros += count
  expect((zeros * blockBytes) / 2 ** 40).toBeCloseTo(0.9, 2)
})

test("a disk of 16 TiB is listed, spanned and read at its end without memory", async () => {
  const { sda } = await openFirst({ disks: [{ name: "sda", sizeBytes: 2 ** 44 - 100, zeroShare: 0.999 }] })
  let last: Span | undefined
  for await (const span of sda.spans()) last = span
  expect(last!.first + last!.count).toBe(2 ** 28)
  const into = new Uint8Array(blockBytes).fill(1)
  await sda.read(2 ** 28 - 1, 1, into)
  expect(into.subarray(-100)).toEqual(new Uint8Array(100))
})

test("with knowsZeros false everything is data", async () => {
  const { sda } = await openFirst({ knowsZeros: false })
  const spans: Span[] = []
  for await (const span of sda.spans()) spans.push(span)
  expect(spans).toEqual([{ kind: "data", first: 0, count: 1024 }])
})

test("points carry the names, times and order that were asked for", async () => {
  const source = syntheticSource({
    disks: [disk],
    generations: 2,
    job: "nightly",
    workload: "web01",
    startMs: 5,
    stepMs: 10,
  })
  expect(await pointsOf(source)).toMatchObject([
    { id: "generation-0", job: "nightly", workload: "web01", createdAtMs: 5, seq: 1, hops: 0 },
    { id: "generation-1", job: "nightly", workload: "web01", createdAtMs: 15, seq: 2, hops: 0 },
  ])
})

test("identities differ between generations and are absent when not wanted", async () => {
  const [one, two] = await pointsOf(syntheticSource({ disks: [disk], generations: 2 }))
  expect(one!.identity).not.toBe(two!.identity)
  const [without] = await pointsOf(syntheticSource({ disks: [disk], hasIdentity: false }))
  expect(without).not.toHaveProperty("identity")
})

test("a point removed after two reads is gone everywhere", async () => {
  const { source, point, open, sda } = await openFirst({ fail: { removedAfterReads: 2 } })
  const into = new Uint8Array(blockBytes)
  await sda.read(0, 1, into)
  await sda.read(1, 1, into)
  const removed = expect.objectContaining({ code: "PointRemoved" })
  await expect(sda.read(2, 1, into)).rejects.toEqual(removed)
  await expect(open.finish()).rejects.toEqual(removed)
  await expect(source.open(point, { blockBytes })).rejects.toEqual(removed)
  expect(await pointsOf(source)).toEqual([])
})

test("a change at finish and an unreadable block fail as asked for", async () => {
  const { open, sda } = await openFirst({ fail: { changedAtFinish: true, unreadableBlock: 5 } })
  const into = new Uint8Array(blockBytes * 3)
  await sda.read(2, 3, into)
  await expect(sda.read(3, 3, into)).rejects.toMatchObject({
    code: "Unreadable",
    message: expect.stringContaining("block 5"),
  })
  await expect(open.finish()).rejects.toMatchObject({ code: "Changed" })
})

test("onRead sees every read", async () => {
  const seen: unknown[] = []
  const { sda } = await openFirst({ onRead: (...read) => seen.push(read) })
  await sda.read(4, 2, new Uint8Array(blockBytes * 2))
  expect(seen).toEqual([["sda", 4, 2]])
})
