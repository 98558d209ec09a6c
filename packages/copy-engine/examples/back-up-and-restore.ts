import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  backUp,
  createRepository,
  type EngineSeams,
  listPoints,
  restore,
  systemClock,
  verify,
} from "@bcopy/copy-engine"
import { memoryStore } from "@bcopy/repo"
import { syntheticSource } from "@bcopy/source/testing"

// A machine of one disk, backed up twice into a repository in memory: a full, and an increment of what changed.
const disks = [{ name: "sda", sizeBytes: 40 << 20 }]
const seams: EngineSeams = { clock: systemClock, random: (count) => randomBytes(count) }
const store = memoryStore({ clock: systemClock })
const repository = await createRepository(store, seams, { encryption: "none" })

const job = "nightly"
const workload = "web01"
const full = await backUp(repository, { source: syntheticSource({ disks }), job, workload })
const increment = await backUp(repository, { source: syntheticSource({ disks, generations: 2 }), job, workload })
assert.deepEqual([full.kind, increment.kind], ["full", "increment"])
assert.ok(increment.counts.newBytes < full.counts.newBytes / 4)

// Every point is complete in itself: proven block by block, and written out as a raw image.
const { damaged, points } = await verify(repository, { all: true, readData: "hash" })
assert.deepEqual([damaged, points], [[], 2])
for await (const { summary } of listPoints(repository, { job, workload })) assert.equal(summary.sizeBytes, 40 << 20)

const folder = await mkdtemp(join(tmpdir(), "bcopy-example-"))
try {
  const output = join(folder, "sda.raw")
  await restore(repository, { job, workload, output })
  assert.equal((await readFile(output)).length, 40 << 20)
} finally {
  await rm(folder, { recursive: true })
}
