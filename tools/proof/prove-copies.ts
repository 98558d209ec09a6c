import { rmSync } from "node:fs"
import { join } from "node:path"
import { renderMiB, renderSeconds } from "./render-figures.ts"
import { requireSameFiles } from "./require-same-files.ts"
import { requireThat } from "./require-that.ts"
import { runBcopy } from "./run-bcopy.ts"
import type { Proof } from "./stage.ts"
import { storedBytes } from "./stored-bytes.ts"

/** Backs every image up, copies all points, loses the primary and restores each point from the copy. */
export const proveCopies: Proof = async ({ folder, images }) => {
  const primary = join(folder, "primary")
  const copy = join(folder, "copy")
  for (const path of [primary, copy]) await runBcopy(["init", "--repo", path, "--no-encryption"])
  const backups: string[] = []
  for (const image of images) {
    const { document, tookMs } = await runBcopy(["backup", "--repo", primary, ...named, `disk=${image}`])
    const { readBytes = 0, newBytes = 0, storedBytes: stored = 0 } = document.counts ?? {}
    backups.push(
      `${renderSeconds(tookMs)}: read ${renderMiB(readBytes)}, new ${renderMiB(newBytes)}, stored ${renderMiB(stored)}`,
    )
  }
  const copied = await runBcopy(["copy", "--from", primary, "--to", copy, "--select", "all"])
  const count = copied.document.copied?.length
  requireThat(count === images.length, `${count} points were copied, ${images.length} were due`)
  const primaryBytes = storedBytes(primary)
  rmSync(primary, { recursive: true })

  const { document } = await runBcopy(["points", "--repo", copy])
  const points = (document.points ?? []).toSorted((a, b) => a.seq - b.seq)
  requireThat(points.length === images.length, `the copy lists ${points.length} points, ${images.length} were copied`)
  const restored: string[] = []
  for (const [index, { point }] of points.entries()) {
    const output = join(folder, "restored.raw")
    const { tookMs } = await runBcopy([
      "restore",
      "--repo",
      copy,
      "--workload",
      "web",
      "--point",
      point,
      "--output",
      output,
    ])
    requireSameFiles(output, images[index] as string)
    rmSync(output)
    restored.push(renderSeconds(tookMs))
  }
  const verified = await runBcopy(["verify", "--repo", copy, "--all", "--read-data=hash"])
  return [
    { claim: `${images.length} points were backed up, the first in full`, figures: backups },
    {
      claim: "all points were copied into another repository",
      figures: [
        `${renderSeconds(copied.tookMs)}: primary ${renderMiB(primaryBytes)}, copy ${renderMiB(storedBytes(copy))}`,
      ],
    },
    {
      claim: "the primary was deleted, and every point restored from the copy is its image, byte for byte",
      figures: [
        `restored in ${restored.join(", ")}`,
        `every block of the copy verified in ${renderSeconds(verified.tookMs)}`,
      ],
    },
  ]
}

const named = ["--job", "nightly", "--workload", "web"]
