import { randomBytes } from "node:crypto"
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runBcopy } from "../proof/run-bcopy.ts"
import { bucketKinds, type S3Place } from "./buckets.ts"
import type { S3Case } from "./s3-case.ts"

const IMAGE_BYTES = 24 << 20

/**
 * The main job with a bucket of each kind, by the program itself: back up to a folder, copy to the bucket, change, again,
 * lose the folder, verify and restore from the bucket, copy from there.
 */
export function storyCases({ endpoint, credentials }: S3Place): readonly S3Case[] {
  return bucketKinds.map((bucket) => ({
    name: `${bucket}: back up, copy there, restore from there`,
    async run() {
      Object.assign(process.env, {
        AWS_ENDPOINT_URL_S3: endpoint,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      })
      const folder = mkdtempSync(join(tmpdir(), "bcopy-s3-"))
      const at = (name: string) => join(folder, name)
      try {
        await tell(at, `s3://${bucket}/story/offsite`)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  }))
}

async function tell(at: (name: string) => string, offsite: string): Promise<void> {
  const primary = at("primary")
  await runBcopy(["init", "--repo", primary, "--no-encryption"])
  await runBcopy(["init", "--repo", offsite, "--no-encryption"])
  await runBcopy(["init", "--repo", offsite, "--no-encryption"], { expect: [14] })
  writeFileSync(at("web.raw"), randomBytes(IMAGE_BYTES))
  const backUp = () =>
    runBcopy(["backup", "--repo", primary, "--job", "nightly", "--workload", "web", `sda=${at("web.raw")}`])
  const copy = (from: string, to: string) => runBcopy(["copy", "--from", from, "--to", to, "--select", "all"])
  await backUp()
  await copy(primary, offsite)
  change(at("web.raw"))
  await backUp()
  const { document } = await copy(primary, offsite)
  const moved = document.copied?.[0]?.counts.newBytes ?? 0
  if (moved === 0 || moved > IMAGE_BYTES / 4) throw new Error(`an increment of ${moved} bytes was copied`)
  rmSync(primary, { recursive: true })
  await runBcopy(["verify", "--repo", offsite, "--all", "--read-data"])
  const restore = async (from: string, output: string) => {
    await runBcopy(["restore", "--repo", from, "--workload", "web", "--output", at(output)])
    if (!readFileSync(at(output)).equals(readFileSync(at("web.raw"))))
      throw new Error(`${output} is not what was backed up`)
  }
  await restore(offsite, "restored.raw")
  await runBcopy(["init", "--repo", at("again"), "--no-encryption"])
  await copy(offsite, at("again"))
  await restore(at("again"), "again.raw")
}

function change(path: string): void {
  const file = openSync(path, "r+")
  writeSync(file, randomBytes(200_000), 0, 200_000, 9 << 20)
  closeSync(file)
}
