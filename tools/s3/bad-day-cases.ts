import { requireThat } from "../proof/require-that.ts"
import { badDays } from "./bad-days.ts"
import type { S3Place } from "./buckets.ts"
import { liveBadDay, requireAsInClearWeather } from "./live-bad-day.ts"
import type { S3Case } from "./s3-case.ts"

const SEED = 20_261

/**
 * Copies into buckets on bad days, two each: recovered, or a clear error that the next run makes good; nothing lost,
 * nothing stored twice, nothing left behind.
 */
export function badDayCases(place: S3Place): readonly S3Case[] {
  return badDays.map((day, number) => ({
    name: `bad day: ${day.name} (${day.buckets.join(", ")})`,
    async run() {
      const lives = day.buckets.map(async (bucket, index) => {
        const scene = { bucket, prefix: `bad-day/${number}/`, seed: SEED + number * 10 + index * 2 }
        await requireAsInClearWeather(place, day.copied, await liveBadDay(place, day, scene))
      })
      const failures = (await Promise.allSettled(lives)).flatMap((life, index) =>
        life.status === "rejected" ? [`${day.buckets[index]}: ${(life.reason as Error).message}`] : [],
      )
      requireThat(failures.length === 0, failures.join("\n        "))
    },
  }))
}
