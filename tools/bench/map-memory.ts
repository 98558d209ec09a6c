import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { DEFAULT_BLOCK_BYTES } from "@bcopy/chain-format"
import { createRepository, systemClock } from "@bcopy/copy-engine"
import { folderStore } from "@bcopy/repo-fs"
import { measuredChain, type MeasuredChain } from "../../packages/copy-engine/src/testing/measured-chain.ts"
import { StampedDisk } from "../../packages/copy-engine/src/testing/stamped-disk.ts"
import type { Figure } from "./figure.ts"

const SCATTERED = 40
const seams = { clock: systemClock, random: (count: number) => Uint8Array.from(randomBytes(count)) }

function chainIn(path: string, disk: StampedDisk): MeasuredChain {
  return measuredChain(folderStore({ path }), seams, disk)
}

/** Peak memory of a process that brings one increment, for disks of these sizes with chains of these lengths. */
export async function* mapMemory(
  chains: readonly { sizeBytes: number; lengths: readonly number[] }[],
): AsyncIterable<Figure> {
  for (const { sizeBytes, lengths } of chains) {
    const path = mkdtempSync(join(tmpdir(), "bcopy-maps-"))
    try {
      await createRepository(folderStore({ path }), seams, { encryption: "none" })
      const chain = chainIn(path, new StampedDisk(sizeBytes, DEFAULT_BLOCK_BYTES))
      await chain.backUp()
      let points = 1
      for (const length of lengths) {
        for (; points < length; points++) await chain.backUp(chain.disk.scattered(SCATTERED, Math.random))
        const what = `one increment of ${SCATTERED} blocks, disk of ${sizeBytes / 2 ** 30} GiB, ${length} points: peak memory`
        yield { what, found: peakOfChild(path, sizeBytes, length), unit: "MiB" }
        points++
      }
    } finally {
      rmSync(path, { recursive: true, force: true })
    }
  }
}

function peakOfChild(path: string, sizeBytes: number, changes: number): number {
  const script = fileURLToPath(import.meta.url)
  const args = ["--conditions=@bcopy/source", script, path, `${sizeBytes}`, `${changes}`]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env: { ...process.env, FORCE_COLOR: "0" } })
  if (status !== 0) throw new Error(`the increment failed: ${stderr.toString()}`)
  return Number(stdout.toString()) / 1024
}

/** The most memory that this process had, in KiB, as Linux counts it. */
function peakKib(): string {
  return /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "nothing"
}

// As the child: map-memory.ts FOLDER SIZE-BYTES CHANGES
const [, own, path, sizeBytes, changes] = process.argv
if (own === fileURLToPath(import.meta.url) && path !== undefined) {
  // More changes than any block has had: all that is brought is new.
  const disk = new StampedDisk(Number(sizeBytes), DEFAULT_BLOCK_BYTES, Number(changes) + 1_000_000)
  await chainIn(path, disk).backUp(disk.scattered(SCATTERED, Math.random))
  console.log(peakKib())
}
