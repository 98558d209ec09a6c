// What a program does that bundles the engine: a backup and a restore in memory, without threads and with some.
import { randomBytes } from "node:crypto"
import { readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { backUp, createRepository, openRepository, restore, systemClock } from "@bcopy/copy-engine"
import { memoryStore } from "@bcopy/repo"
import { syntheticSource } from "@bcopy/source/testing"

const output = join(tmpdir(), `bcopy-bundled-${process.pid}.raw`)
const images = []
const seams = { clock: systemClock, random: (count) => randomBytes(count) }
const disks = [{ name: "sda", sizeBytes: 24 << 20 }]
for (const movers of [0, 1, 2]) {
  const store = memoryStore({ clock: systemClock })
  await createRepository(store, seams, { encryption: "none" })
  const repository = await openRepository(store, seams)
  await backUp(repository, { source: syntheticSource({ disks }), job: "nightly", workload: "web01", movers })
  await restore(repository, { workload: "web01", output, movers })
  images.push(readFileSync(output))
  rmSync(output)
}
if (!images.every((image) => image.length === 24 << 20 && image.equals(images[0]))) throw new Error("images differ")
console.log("restored by 0, 1 and 2 movers")
