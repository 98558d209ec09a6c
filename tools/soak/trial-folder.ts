import { randomBytes } from "node:crypto"
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { createRepository, systemClock } from "@bcopy/copy-engine"
import { folderStore, prepareFolder } from "@bcopy/repo-fs"
import type { SoakStage } from "./soak-case.ts"

/** The one workload of all trials, as `logOf` calls it too. */
export const named = ["--job", "nightly", "--workload", "web01"] as const

/** The smallest that there are, so that small images have several. */
const PACK_BYTES = 8 << 20

/** Gives work a folder of its own, which is gone afterwards; where evidence is kept, the first one that fails is copied. */
export async function inTrialFolder<Result>(
  { folder: parent, evidence }: Pick<SoakStage, "folder" | "evidence">,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(parent, "trial-"))
  try {
    return await work(folder)
  } catch (error) {
    if (evidence === undefined || existsSync(evidence)) throw error
    cpSync(folder, evidence, { recursive: true })
    throw new Error(`${(error as Error).message} (what it left is in ${evidence})`, { cause: error })
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Makes the repository of a trial. */
export async function makeRepository(path: string): Promise<void> {
  await prepareFolder(path)
  const random = (count: number) => Uint8Array.from(randomBytes(count))
  const options = { encryption: "none", packBytes: PACK_BYTES } as const
  await createRepository(folderStore({ path }), { clock: systemClock, random }, options)
}
