import { adoptRepository, recordPassport } from "@bcopy/copy-engine"
import type { CliCommand } from "../cli-command.ts"
import { fitPassport } from "../fit-passport.ts"
import { isBucketAddress } from "../is-bucket-address.ts"
import { openBucket } from "../open-bucket.ts"
import { openGivenRepository, repositoryGiven } from "../open-repository-at.ts"
import { addExamples, addRepoOption } from "../shared-options.ts"

/** `bcopy adopt`: makes a repository that was copied by other means writable. */
export const adoptCommand: CliCommand<{ readonly repo?: string }> = {
  name: "adopt",
  define(command) {
    command
      .summary("make a repository that was copied by other means writable")
      .description(
        "Makes a repository that was copied by other means (cp -a, rsync) writable here, once all that its points need was found.",
      )
    addRepoOption(command)
    addExamples(command, "cp -a /srv/bcopy /mnt/rescue && bcopy adopt --repo /mnt/rescue")
  },
  async run(call) {
    const { dryRun = false, yes = false } = call.options
    const repo = repositoryGiven(call)
    const repository = await openGivenRepository(call)
    const needed = repository.notWritable !== undefined
    // What `init` found out was true of the place that it was made at.
    const isNewBucket = needed && !dryRun && isBucketAddress(repo)
    const passport = isNewBucket ? await fitPassport(await openBucket(repo, call), repo, call) : undefined
    const report = await adoptRepository(repository, { dryRun, acceptBroken: yes, signal: call.signal })
    // It is writable now, and nobody is asked for its key twice.
    const adopted = { ...repository, notWritable: undefined }
    if (passport !== undefined) await recordPassport(adopted, passport, { signal: call.signal })
    const found = `${report.points} points, ${report.packs} packs found`
    const text = needed
      ? `${dryRun ? "would adopt" : "adopted"} ${repository.name}: ${found}`
      : `${repository.name} is at its own place: nothing to adopt`
    return { document: { dryRun, ...report }, text }
  },
}
