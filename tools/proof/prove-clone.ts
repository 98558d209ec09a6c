import { execFileSync } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { renderMiB, renderPercent } from "./render-figures.ts"
import { requireSameFiles } from "./require-same-files.ts"
import { requireThat } from "./require-that.ts"
import { runBcopy } from "./run-bcopy.ts"
import type { Proof } from "./stage.ts"

/** Of what its sibling has stored already a clone may store this much again. */
const MAX_SHARE = 0.01

/** A second workload cloned from the first stores almost nothing. */
export const proveClone: Proof = async ({ folder, images }) => {
  const repository = join(folder, "clone")
  const image = images[0] as string
  const twin = join(folder, "clone.raw")
  execFileSync("cp", ["--sparse=always", image, twin])
  await runBcopy(["init", "--repo", repository, "--no-encryption"])
  const backUp = async (workload: string, path: string) => {
    const args = ["backup", "--repo", repository, "--job", "nightly", "--workload", workload, `disk=${path}`]
    return (await runBcopy(args)).document.counts?.storedBytes ?? 0
  }
  const first = await backUp("web", image)
  const second = await backUp("web-clone", twin)
  requireThat(second < first * MAX_SHARE, `the clone stored ${second} bytes, the first ${first}`)
  const output = join(folder, "clone-restored.raw")
  await runBcopy(["restore", "--repo", repository, "--workload", "web-clone", "--output", output])
  requireSameFiles(output, image)
  for (const path of [repository, twin, output]) rmSync(path, { recursive: true })
  const share = renderPercent(second / first)
  return [
    {
      claim: "a second workload cloned from the first stores less than 1 % of it, and restores",
      figures: [`first ${renderMiB(first)}, clone ${renderMiB(second)}: ${share}`],
    },
  ]
}
