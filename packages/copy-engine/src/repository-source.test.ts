import { LEAF_BLOCKS, pointReader, readManifest } from "@bcopy/chain-format"
import { repositorySource } from "@bcopy/source-repository"
import type { SourcePoint } from "@bcopy/source"
import { conformance, readSynthetic, syntheticSource } from "@bcopy/source/testing"
import { expect, test } from "vitest"
import { backUp } from "./back-up.ts"
import { removePoints } from "./change-points.ts"
import { findWorkload } from "./find-workloads.ts"
import { makeWorld } from "./testing/world.ts"

const BLOCK_BYTES = 64 << 10
const named = { job: "nightly", workload: "web" }
const disks = [
  { name: "sda", sizeBytes: 20 << 20, seed: 1, changedShare: 0.005 },
  { name: "odd", sizeBytes: 1_234_567, seed: 2 },
  { name: "empty", sizeBytes: 0, seed: 3 },
]

/** A repository that the engine wrote, with a full and two increments. */
async function makeRepository() {
  const world = makeWorld()
  await world.create()
  const repository = await world.open()
  for (let generation = 0; generation < 3; generation++) {
    const source = syntheticSource({ disks, generations: generation + 1, workload: "web" })
    await backUp(repository, { source, ...named })
  }
  return repository
}

const repository = await makeRepository()

function bytesOf(disk: (typeof disks)[number], generation: number): Uint8Array {
  const bytes = new Uint8Array(disk.sizeBytes)
  readSynthetic(disk, generation, 0, bytes)
  return bytes
}

async function makeSubject() {
  const { place, state } = await findWorkload(repository, named)
  const base = pointReader(
    repository.view,
    place.backup,
    await readManifest(repository.view, place, state.points[1] as (typeof state.points)[number]),
  )
  const source = repositorySource({ view: repository.view, job: "nightly" })
  let point: SourcePoint | undefined
  for await (const listed of source.list()) point = listed
  return {
    source,
    point: point as SourcePoint,
    blockBytes: BLOCK_BYTES,
    expected: disks.map((disk, index) => ({
      name: disk.name,
      bytes: bytesOf(disk, 2),
      base: { tree: base.map(index), bytes: bytesOf(disk, 1) },
    })),
  }
}

for (const { name, run } of conformance) test(`as a source: ${name}`, () => run(makeSubject))

test("against the point before it, what is unchanged are the leaves whose blocks are all the same", async () => {
  const { source, point, expected } = await makeSubject()
  const open = await source.open(point, { blockBytes: BLOCK_BYTES })
  const [{ bytes, base } = { bytes: new Uint8Array(), base: undefined }] = expected
  const leafBytes = LEAF_BLOCKS * BLOCK_BYTES
  let due = 0
  for (let at = 0; at < bytes.length; at += leafBytes) {
    const leaf = bytes.subarray(at, at + leafBytes)
    if (Buffer.compare(leaf, (base?.bytes ?? bytes).subarray(at, at + leafBytes)) === 0)
      due += leaf.length / BLOCK_BYTES
  }
  let unchanged = 0
  for await (const { kind, count } of open.disks[0]?.spans({ base: base?.tree }) ?? [])
    if (kind === "unchanged") unchanged += count
  expect(unchanged).toBe(due)
  expect(due).toBeGreaterThan(0)
  expect(due).toBeLessThan(bytes.length / BLOCK_BYTES)
})

test("a point removed after it was listed is PointRemoved, the others are read on", async () => {
  const own = await makeRepository()
  const source = repositorySource({ view: own.view })
  const points: SourcePoint[] = []
  for await (const point of source.list()) points.push(point)
  const found = await findWorkload(own, named)
  await removePoints(own, found, [found.state.points[0]?.entry as number], { undoMs: 0 })
  const [first, second] = points as [SourcePoint, SourcePoint]
  await expect(source.open(first, { blockBytes: BLOCK_BYTES })).rejects.toMatchObject({ code: "PointRemoved" })
  const open = await source.open(second, { blockBytes: BLOCK_BYTES })
  const block = new Uint8Array(BLOCK_BYTES)
  await open.disks[0]?.read(0, 1, block)
  expect(block).toEqual(bytesOf(disks[0] as (typeof disks)[number], 1).slice(0, BLOCK_BYTES))
})
