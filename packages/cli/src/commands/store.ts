import { stat } from "node:fs/promises"
import { folderPassport } from "@bcopy/repo-fs"
import type { Call, CliCommand } from "../cli-command.ts"
import { CliError } from "../cli-error.ts"
import { exitCodes } from "../exit-codes.ts"
import { openBucket } from "../open-bucket.ts"
import { parseFolder } from "../open-store.ts"
import { repositoryGiven } from "../open-repository-at.ts"
import { randomFraction } from "../random-fraction.ts"
import { renderPassport, type StorePassport } from "../render-passport.ts"
import { addExamples, addRepoOption } from "../shared-options.ts"
import { isBucketAddress } from "../is-bucket-address.ts"

const DAY_MS = 86_400_000

/** `bcopy store test`: finds out what a folder or bucket can do. */
export const storeCommand: CliCommand<{ readonly repo?: string }> = {
  name: "store",
  define(command) {
    command
      .summary("find out what a folder or bucket can do")
      .description(
        "Tries what a repository needs of a folder or of a prefix in a bucket, with many writers at once, and clears up behind itself. No repository needs to be there.",
      )
      .addArgument(command.createArgument("<action>", "what to do").choices(["test"]))
    addRepoOption(command)
    addExamples(command, "bcopy store test --repo s3://my-backups/offsite")
  },
  async run(call) {
    const repo = repositoryGiven(call)
    if (call.options.dryRun === true)
      return { document: { repository: repo, dryRun: true }, text: `would try what ${repo} can do, by writing to it` }
    const passport = await passportOf(repo, call)
    const fit = passport.properties.every(({ ok, needed }) => ok || !needed)
    return {
      document: { repository: repo, fit, passport },
      text: renderPassport(repo, passport, call.paint),
      ...(!fit && { exit: exitCodes.refused }),
    }
  },
}

async function passportOf(repo: string, call: Call): Promise<StorePassport> {
  const { io, signal } = call
  const random = randomFraction(io)
  if (!isBucketAddress(repo)) {
    const path = parseFolder(repo)
    if (!(await isFolder(path)))
      throw new CliError("Usage", `there is no folder ${path} to try`, { hint: "Make it first, or name another one." })
    return folderPassport(path, { clock: io.clock, random })
  }
  const bucket = await openBucket(repo, call)
  // Uploads that nobody has gone on with for a day.
  await bucket.abortLeftovers((await bucket.date({ signal })) - DAY_MS, { signal }).catch(() => 0)
  return bucket.passport({ clock: io.clock, random, signal })
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
}
