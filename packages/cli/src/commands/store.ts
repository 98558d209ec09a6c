import { stat } from "node:fs/promises"
import { isEngineError, recordPassport } from "@bcopy/copy-engine"
import { folderPassport } from "@bcopy/repo-fs"
import type { Call, CliCommand } from "../cli-command.ts"
import { CliError } from "../cli-error.ts"
import type { DescribedError } from "../describe-error.ts"
import { exitCodes } from "../exit-codes.ts"
import type { KeyOptions } from "../key-options.ts"
import { openBucket } from "../open-bucket.ts"
import { parseFolder } from "../open-store.ts"
import { openGivenRepository, repositoryGiven } from "../open-repository-at.ts"
import { randomFraction } from "../random-fraction.ts"
import { renderPassport, type StorePassport } from "../render-passport.ts"
import { addExamples, addRepoOption } from "../shared-options.ts"
import { isBucketAddress } from "../is-bucket-address.ts"

const DAY_MS = 86_400_000

/** `bcopy store test`: finds out what a folder or bucket can do. */
export const storeCommand: CliCommand<{ readonly repo?: string } & KeyOptions> = {
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
    const recorded = fit && (await record(repo, passport, call))
    return {
      document: { repository: repo, fit, recorded, passport },
      text: `${renderPassport(repo, passport, call.paint)}${recorded ? "\nkept in the settings of the repository there" : ""}`,
      ...(!fit && { exit: exitCodes.refused, errors: [unfit(repo, passport)] }),
    }
  },
}

function unfit(repo: string, { properties }: StorePassport): DescribedError {
  const lacking = properties.filter(({ ok, needed }) => needed && !ok).map(({ name }) => name)
  return {
    code: "Unfit",
    message: `${repo} can not keep a repository: ${lacking.join(", ")}`,
    hint: undefined,
    exit: exitCodes.refused,
  }
}

/** Keeps a passport in the repository that lies there, if one does that may be written to. */
async function record(repo: string, passport: StorePassport, call: Call<KeyOptions>): Promise<boolean> {
  try {
    const repository = await openGivenRepository({ ...call, options: { ...call.options, repo } })
    if (repository.notWritable !== undefined) return false
    await recordPassport(repository, passport, { signal: call.signal })
    return true
  } catch (error) {
    // What a store can do is found out without the key of what lies in it.
    if (isEngineError(error) && (error.code === "NoRepository" || error.code === "WrongKey")) return false
    throw error
  }
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
