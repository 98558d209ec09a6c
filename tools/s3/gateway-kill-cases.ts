import { setTimeout as sleep } from "node:timers/promises"
import { parseS3Address } from "@bcopy/repo-s3"
import { requireThat } from "../proof/require-that.ts"
import type { BcopyRun, RunBcopyOptions } from "../proof/run-bcopy.ts"
import { badDayStage } from "./bad-day-stage.ts"
import { smallCopy } from "./bad-days.ts"
import type { BucketKind } from "./buckets.ts"
import { readBucketContents } from "./clean-bucket.ts"
import { requireClear } from "./copy-as-operator.ts"
import type { Gateway } from "./gateway.ts"
import { requireAsInClearWeather } from "./live-bad-day.ts"
import { proveCopied } from "./prove-copied.ts"
import { hurriedProgram, runAgainst } from "./run-against.ts"
import type { S3Case } from "./s3-case.ts"

const DOWN_MS = 3000
/** A copy that is slow enough to be caught on the way, and how far it is then. */
const BANDWIDTH = "5MiB"
const KILL_AT_BYTES = 9 << 20
/** With a tenth of the patience; attempts that fail take their share of the bandwidth too. */
const GIVING_UP = { expect: [1], program: hurriedProgram, limitMs: 60_000 }
const GIVE_UP_BANDWIDTH = "24MiB"

/** `kill -9` of the gateway's own process in the middle of a copy. */
export function gatewayKillCases(gateway: Gateway): readonly S3Case[] {
  return [
    {
      name: `bad day: the gateway is killed and back after ${DOWN_MS / 1000} s, the copies finish (plain, versioned)`,
      async run() {
        const buckets = ["plain", "versioned"] as const
        const underWay = new Set<BucketKind>()
        let back: Promise<void> | undefined
        const kill = (bucket: BucketKind) => {
          if (underWay.add(bucket).size === buckets.length) back ??= killForAWhile(gateway)
        }
        const copies = buckets.map((bucket) =>
          copyTwice(gateway, `s3://${bucket}/bad-day/back`, BANDWIDTH, async (copy) => {
            const { tookMs } = await copy({ onEvent: onTheWay(() => kill(bucket)) })
            requireThat(back !== undefined, "the copy had ended before the gateway was killed")
            await back
            console.log(`        ${bucket}: the copy took ${(tookMs / 1000).toFixed(1)} s`)
          }),
        )
        await Promise.allSettled(copies)
        await back
        await Promise.all(copies)
      },
    },
    {
      name: "bad day: the gateway is killed, the copy gives up, the next one finishes (versioned)",
      async run() {
        let killed: Promise<void> | undefined
        const onEvent = onTheWay(() => (killed ??= gateway.kill()))
        await copyTwice(gateway, "s3://versioned/bad-day/gone", GIVE_UP_BANDWIDTH, async (copy) => {
          let gaveUp: BcopyRun
          try {
            gaveUp = await copy({ ...GIVING_UP, onEvent })
          } finally {
            await killed
            if (killed !== undefined) await gateway.restart()
          }
          const said = requireClear(gaveUp, /ECONNREFUSED|ECONNRESET|socket hang up/)
          console.log(`        gave up after ${(gaveUp.tookMs / 1000).toFixed(1)} s: ${said}`)
          await copy({})
        })
      },
    },
  ]
}

async function killForAWhile(gateway: Gateway): Promise<void> {
  await gateway.kill()
  await sleep(DOWN_MS)
  await gateway.restart()
}

type Copy = (options: RunBcopyOptions) => Promise<BcopyRun>

/** Copies as `first` does, then once more with nothing in the way; all must be there, once. */
async function copyTwice(
  gateway: Gateway,
  repo: string,
  bandwidth: string,
  first: (copy: Copy) => Promise<void>,
): Promise<void> {
  const stage = await badDayStage(smallCopy.imageBytes)
  const copyFrom = (from: string, options: RunBcopyOptions) =>
    runAgainst(gateway, ["copy", "--from", from, "--to", repo, "--bandwidth", bandwidth], options)
  await runAgainst(gateway, ["init", "--repo", repo, "--no-encryption", "--pack-size", smallCopy.packSize])
  await first((options) => copyFrom(stage.before, options))
  await copyFrom(stage.after, {})
  await proveCopied(gateway, repo, stage)
  const { bucket, prefix } = parseS3Address(`${repo}/`)
  await requireAsInClearWeather(gateway, smallCopy, await readBucketContents(gateway, bucket, prefix))
}

function onTheWay(kill: () => unknown): RunBcopyOptions["onEvent"] {
  return (event) => {
    if (event.type === "transfer" && event.counts.doneBytes >= KILL_AT_BYTES) kill()
  }
}
