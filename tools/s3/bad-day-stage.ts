import { randomBytes } from "node:crypto"
import { closeSync, cpSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runBcopy } from "../proof/run-bcopy.ts"

/** What is copied on bad days: a repository in a folder, at two moments. */
export interface BadDayStage {
  /** With the first point only. */
  readonly before: string
  /** With a second point, of {@link CHANGED_BYTES} changed bytes. */
  readonly after: string
  /** The disk as it is in the second point. */
  readonly image: string
  /** For what comes back. */
  readonly folder: string
}

export const CHANGED_BYTES = 3 << 20

const made = new Map<number, Promise<BadDayStage>>()

/** The stage with a disk of so many bytes; made once, removed when the process ends. */
export function badDayStage(imageBytes: number): Promise<BadDayStage> {
  const known = made.get(imageBytes)
  if (known !== undefined) return known
  const making = make(imageBytes)
  made.set(imageBytes, making)
  return making
}

async function make(imageBytes: number): Promise<BadDayStage> {
  const folder = mkdtempSync(join(tmpdir(), "bcopy-bad-day-"))
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
  const [image, before, after] = ["web.raw", "before", "after"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const backUp = () => runBcopy(["backup", "--repo", after, "--job", "nightly", "--workload", "web", `sda=${image}`])
  writeFileSync(image, randomBytes(imageBytes))
  await runBcopy(["init", "--repo", after, "--no-encryption"])
  await backUp()
  // A repository that was copied by other means is good to copy from.
  cpSync(after, before, { recursive: true })
  const file = openSync(image, "r+")
  writeSync(file, randomBytes(CHANGED_BYTES), 0, CHANGED_BYTES, imageBytes >> 1)
  closeSync(file)
  await backUp()
  return { before, after, image, folder }
}
