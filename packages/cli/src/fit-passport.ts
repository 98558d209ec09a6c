import type { S3Passport, S3Store } from "@bcopy/repo-s3"
import type { Call } from "./cli-command.ts"
import { randomFraction } from "./random-fraction.ts"

/** Tries what a bucket can do. @throws StoreError `Unfit` if it lacks what a repository needs */
export async function fitPassport(
  bucket: S3Store,
  text: string,
  { io, signal }: Pick<Call, "io" | "signal">,
): Promise<S3Passport> {
  const { requireFitBucket } = await import("@bcopy/repo-s3")
  const passport = await bucket.passport({ clock: io.clock, random: randomFraction(io), signal })
  requireFitBucket(passport, text)
  return passport
}
