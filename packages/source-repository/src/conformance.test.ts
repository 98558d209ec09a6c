import { pointReader } from "@bcopy/chain-format"
import type { SourcePoint } from "@bcopy/source"
import { conformance, readSynthetic } from "@bcopy/source/testing"
import { test } from "vitest"
import { repositorySource } from "./repository-source.ts"
import { diskBlocks } from "./testing/disk-blocks.ts"
import { WrittenRepository } from "./testing/written-repository.ts"

const BLOCK_BYTES = 32 << 10
const MIB = 1 << 20

/** Name, size before and size now, of disks that the point before this one had too, and of one it did not have. */
const disks = [
  { name: "changed", before: 9 * MIB, now: 9 * MIB },
  { name: "odd", before: 5_000_001, now: 5_000_001 },
  { name: "grown", before: 4 * MIB, now: 6 * MIB + 1 },
  { name: "empty", before: 0, now: 0 },
  { name: "one-byte", before: 1, now: 1 },
  { name: "new", before: undefined, now: MIB },
]

function contentOf(seed: number, sizeBytes: number, generation: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes)
  readSynthetic({ name: "", sizeBytes, seed, changedShare: 0.1 }, generation, 0, bytes)
  return bytes
}

const content = disks.map(({ name, before, now }, seed) => ({
  name,
  before: before === undefined ? undefined : contentOf(seed, before, 0),
  now: contentOf(seed, now, 1),
}))

/** Written once: a source changes nothing. */
async function writeRepository() {
  const repository = new WrittenRepository()
  const named = { job: "nightly", workload: "web", blockBytes: BLOCK_BYTES, metadata: { host: "web", cpus: 2 } }
  const diskOf = (name: string, bytes: Uint8Array) => ({
    name,
    sizeBytes: bytes.length,
    blocks: diskBlocks(bytes, BLOCK_BYTES),
  })
  const base = await repository.addPoint({
    ...named,
    disks: content.flatMap(({ name, before }) => (before === undefined ? [] : [diskOf(name, before)])),
  })
  const { point: id } = await repository.addPoint({
    ...named,
    disks: content.map(({ name, now }) => diskOf(name, now)),
  })
  await repository.addPoint({ ...named, workload: "db", disks: [] })
  return { repository, base, id }
}

const written = await writeRepository()

async function makeSubject() {
  const { repository, base, id } = written
  const trees = pointReader(repository.view, repository.placeOf("nightly", "web").backup, base)
  const source = repositorySource({ view: repository.view })
  let point: SourcePoint | undefined
  for await (const listed of source.list()) if (listed.id === id) point = listed
  return {
    source,
    point: point as SourcePoint,
    blockBytes: BLOCK_BYTES,
    expected: content.map(({ name, before, now }, disk) => ({
      name,
      bytes: now,
      ...(before !== undefined && { base: { tree: trees.map(disk), bytes: before } }),
    })),
  }
}

for (const { name, run } of conformance) test(name, () => run(makeSubject))
