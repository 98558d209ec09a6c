import { execFileSync } from "node:child_process"
import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { renderSeconds } from "./render-figures.ts"
import { requireSameFiles } from "./require-same-files.ts"
import { requireThat } from "./require-that.ts"
import { runBcopy } from "./run-bcopy.ts"
import type { Proof } from "./stage.ts"

/** A repository copied by other means is read-only until it is adopted. */
export const proveAdoption: Proof = async ({ folder, images }) => {
  const original = join(folder, "adoption-original")
  const twin = join(folder, "adoption-twin")
  const output = join(folder, "adoption.raw")
  const image = images.at(-1) as string
  const backUp = (repository: string) => ["backup", "--repo", repository, ...named, `disk=${image}`]
  await runBcopy(["init", "--repo", original, "--no-encryption"])
  await runBcopy(backUp(original))
  execFileSync("cp", ["-a", original, twin])

  const { document } = await runBcopy(backUp(twin), { expect: [14] })
  requireThat(document.error?.code === "NotWritable", `writing to the twin ended with ${document.error?.code}`)
  await runBcopy(["restore", "--repo", twin, "--workload", "web", "--output", output])
  requireSameFiles(output, image)
  rmSync(output)

  const adopted = await runBcopy(["adopt", "--repo", twin])
  await runBcopy(backUp(twin))
  const { points = [] } = (await runBcopy(["points", "--repo", twin])).document
  requireThat(points.length === 2, `the adopted twin has ${points.length} points, 2 were due`)
  const kept = (await runBcopy(["points", "--repo", original])).document.points
  requireThat(kept?.length === 1, `the original has ${kept?.length} points, 1 was due`)
  for (const path of [original, twin]) rmSync(path, { recursive: true })
  requireThat(!existsSync(twin), "the twin was left behind")
  return [
    {
      claim: "a repository copied by `cp -a` restores, and takes no backup until it is adopted",
      figures: [`adopted in ${renderSeconds(adopted.tookMs)}, after it was found whole`],
    },
  ]
}

const named = ["--job", "nightly", "--workload", "web"]
