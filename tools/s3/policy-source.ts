import { randomBytes } from "node:crypto"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runBcopy } from "../proof/run-bcopy.ts"

const IMAGE_BYTES = 3 << 20

/** A repository in a folder, with a point that can be copied. */
export interface PolicySource {
  readonly folder: string
  readonly repo: string
  /** The disk that was backed up. */
  readonly image: string
  /** Changes the disk, and backs it up. */
  backUpAgain(): Promise<void>
}

/** Makes a repository in a folder of its own, which who asks for it deletes. */
export async function makePolicySource(): Promise<PolicySource> {
  const folder = mkdtempSync(join(tmpdir(), "bcopy-policies-"))
  const [repo, image] = [join(folder, "primary"), join(folder, "web.raw")]
  const backUpAgain = async () => {
    writeFileSync(image, randomBytes(IMAGE_BYTES))
    await runBcopy(["backup", "--repo", repo, "--job", "nightly", "--workload", "web", `sda=${image}`])
  }
  await runBcopy(["init", "--repo", repo, "--no-encryption"])
  await backUpAgain()
  return { folder, repo, image, backUpAgain }
}
