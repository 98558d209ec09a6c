import { folderPassport, prepareFolder } from "@bcopy/repo-fs"
import type { Call, CliCommand } from "../cli-command.ts"
import { exitCodes } from "../exit-codes.ts"
import { openBucket } from "../open-bucket.ts"
import { parseFolder } from "../open-store.ts"
import { repositoryGiven } from "../open-repository-at.ts"
import { renderPassport, type StorePassport } from "../render-passport.ts"
import { addExamples, addRepoOption } from "../shared-options.ts"
import { isBucketAddress } from "../is-bucket-address.ts"

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
  const { io, signal, options } = call
  const random = () => (io.random(1)[0] ?? 0) / 256
  if (!isBucketAddress(repo)) {
    const path = parseFolder(repo)
    if (options.dryRun !== true) await prepareFolder(path)
    return folderPassport(path, { clock: io.clock, random })
  }
  const bucket = await openBucket(repo, call)
  return bucket.passport({ clock: io.clock, random, signal })
}
