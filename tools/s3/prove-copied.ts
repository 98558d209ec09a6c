import { rmSync } from "node:fs"
import { join } from "node:path"
import { requireSameFiles } from "../proof/require-same-files.ts"
import { requireThat } from "../proof/require-that.ts"
import type { BadDayStage } from "./bad-day-stage.ts"
import type { S3Place } from "./buckets.ts"
import { runAgainst } from "./run-against.ts"

/** Proves that a repository in a bucket holds every byte, and comes back as what was backed up last. */
export async function proveCopied(
  place: S3Place,
  repo: string,
  { image, folder, memory = "288MiB" }: BadDayStage & { readonly memory?: string },
): Promise<void> {
  const output = join(folder, `${repo.replaceAll(/[^a-z0-9]+/g, "-")}.raw`)
  try {
    const verify = runAgainst(place, ["verify", "--repo", repo, "--all", "--read-data", "--memory", memory])
    const restore = runAgainst(place, [
      "restore",
      "--repo",
      repo,
      "--workload",
      "web",
      "--output",
      output,
      "--memory",
      memory,
    ])
    await Promise.allSettled([verify, restore])
    for (const { events } of [await verify, await restore]) {
      const taken = events.filter(({ event }) => event.type === "tampering").length
      requireThat(taken === 0, `${taken} of bcopy's own objects are taken for tampering`)
    }
    requireSameFiles(output, image)
  } finally {
    rmSync(output, { force: true })
  }
}
