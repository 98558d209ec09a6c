import { randomBytes } from "node:crypto"
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runBcopy } from "../proof/run-bcopy.ts"
import { requireParts } from "./require-parts.ts"
import type { S3Case } from "./s3-case.ts"
import { addressOf, pointProgramsAt, type TestBucket } from "./test-bucket.ts"

/** How much is told, and in packs of which size. */
interface Story {
  readonly imageBytes: number
  /** What `init` is told. */
  readonly made: readonly string[]
  /** What every other command is told. */
  readonly worked: readonly string[]
  /** What must hold of the bucket in the end. */
  readonly look?: () => Promise<void>
}

const small: Story = { imageBytes: 24 << 20, made: [], worked: [] }
const large: Story = { imageBytes: 320 << 20, made: ["--pack-size", "128MiB"], worked: ["--memory", "768MiB"] }

/**
 * The main job with a bucket, by the program itself: back up to a folder, copy to the bucket, change, again, lose the
 * folder, verify and restore from the bucket, copy from there. Once more in packs that go in parts.
 */
export function storyCases(place: TestBucket): readonly S3Case[] {
  const packs = "large-packs/offsite/"
  return [
    {
      name: `${place.kind}: back up, copy there, restore from there`,
      // Of the three kinds, the fast suite takes the one that asks most of a server.
      ...(place.kind !== "locked" && { takes: "seconds" as const }),
      run: () => tellIn(place, "story/offsite/", small),
    },
    {
      name: `${place.kind}: the same in packs of 128 MiB, which go in parts`,
      takes: "minutes",
      run: () => tellIn(place, packs, { ...large, look: () => requireParts(place, packs) }),
    },
  ]
}

async function tellIn(place: TestBucket, offsite: string, story: Story): Promise<void> {
  pointProgramsAt(place)
  const folder = mkdtempSync(join(tmpdir(), "bcopy-s3-"))
  try {
    await tell((name) => join(folder, name), addressOf(place, offsite), story)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function tell(at: (name: string) => string, offsite: string, story: Story): Promise<void> {
  const { imageBytes, made, worked, look } = story
  const primary = at("primary")
  const init = (repo: string, status = 0) =>
    runBcopy(["init", "--repo", repo, "--no-encryption", ...made], { expect: [status] })
  const run = (...args: readonly string[]) => runBcopy([...args, ...worked])
  const backUp = () => run("backup", "--repo", primary, "--job", "nightly", "--workload", "web", `sda=${at("web.raw")}`)
  const copy = (from: string, to: string) => run("copy", "--from", from, "--to", to, "--select", "all")
  const restore = async (from: string, output: string) => {
    await run("restore", "--repo", from, "--workload", "web", "--output", at(output))
    if (!readFileSync(at(output)).equals(readFileSync(at("web.raw"))))
      throw new Error(`${output} is not what was backed up`)
    rmSync(at(output))
  }

  await init(primary)
  await init(offsite)
  await init(offsite, 14)
  writeFileSync(at("web.raw"), randomBytes(imageBytes))
  await backUp()
  await copy(primary, offsite)
  change(at("web.raw"))
  await backUp()
  const { document } = await copy(primary, offsite)
  const moved = document.copied?.[0]?.counts.newBytes ?? 0
  if (moved === 0 || moved > imageBytes / 4) throw new Error(`an increment of ${moved} bytes was copied`)
  await look?.()
  rmSync(primary, { recursive: true })
  await run("verify", "--repo", offsite, "--all", "--read-data")
  await restore(offsite, "restored.raw")
  await init(at("again"))
  await copy(offsite, at("again"))
  await restore(at("again"), "again.raw")
}

function change(path: string): void {
  const file = openSync(path, "r+")
  writeSync(file, randomBytes(200_000), 0, 200_000, 9 << 20)
  closeSync(file)
}
