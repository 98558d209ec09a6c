import { randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runBcopy } from "../proof/run-bcopy.ts"
import { type BucketKind, bucketKinds, type S3Place } from "./buckets.ts"
import type { S3Case } from "./s3-case.ts"

const IMAGE_BYTES = 96 << 20
/** How many are killed: everywhere, and where there is time. */
const KILLS = { always: 2, seldom: 6 }

/** Copies into a bucket that are killed on the way: the next one goes on, and in the end all is there once. */
export function killCases(place: S3Place): readonly S3Case[] {
  const killed = (bucket: BucketKind, kills: number): S3Case => ({
    name: `${bucket}: ${kills} copies killed on the way, the next one finishes`,
    async run() {
      const { endpoint, credentials } = place
      Object.assign(process.env, {
        AWS_ENDPOINT_URL_S3: endpoint,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      })
      const folder = mkdtempSync(join(tmpdir(), "bcopy-s3-kill-"))
      try {
        await killMany((name) => join(folder, name), `s3://${bucket}/${kills}-kills`, kills)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  })
  return bucketKinds.flatMap((bucket) => [
    killed(bucket, KILLS.always),
    { ...killed(bucket, KILLS.seldom), takes: "minutes" },
  ])
}

async function killMany(at: (name: string) => string, offsite: string, kills: number): Promise<void> {
  await runBcopy(["init", "--repo", at("primary"), "--no-encryption"])
  await runBcopy(["init", "--repo", offsite, "--no-encryption", "--pack-size", "8MiB"])
  writeFileSync(at("web.raw"), randomBytes(IMAGE_BYTES))
  const named = ["--job", "nightly", "--workload", "web"]
  await runBcopy(["backup", "--repo", at("primary"), ...named, "--level", "0", `sda=${at("web.raw")}`])
  const copy = ["copy", "--from", at("primary"), "--to", offsite]
  for (let kill = 0; kill < kills; kill++)
    await runBcopy(copy, {
      expect: [undefined, 0],
      onEvent(event, send) {
        // Somewhere between the first bytes and the last.
        if (event.type === "transfer" && event.counts.doneBytes >= (IMAGE_BYTES * (kill + 1)) / (kills + 2))
          send("SIGKILL")
      },
    })
  await runBcopy(copy)
  await runBcopy(["verify", "--repo", offsite, "--all", "--read-data"])
  await runBcopy(["restore", "--repo", offsite, "--workload", "web", "--output", at("out.raw")])
  if (!readFileSync(at("out.raw")).equals(readFileSync(at("web.raw")))) throw new Error("another image came back")
}
