import type { CliCommand } from "../cli-command.ts"
import { CliError } from "../cli-error.ts"
import { makeBucketRepository } from "../make-bucket-repository.ts"
import { makeFolderRepository } from "../make-folder-repository.ts"
import { repositoryGiven } from "../open-repository-at.ts"
import { renderSize } from "../render-size.ts"
import { addExamples, addRepoOption, blockSizeArgument, packSizeArgument } from "../shared-options.ts"
import { isBucketAddress } from "../is-bucket-address.ts"

interface InitOptions {
  readonly repo?: string
  readonly encryption: boolean
  readonly blockSize?: number
  readonly packSize?: number
}

/** `bcopy init`: makes a repository. */
export const initCommand: CliCommand<InitOptions> = {
  name: "init",
  define(command) {
    command
      .summary("make a repository")
      .description(
        "Makes a repository in a new or empty folder or under a new prefix in an S3 bucket, after trying what it can do.",
      )
      .option("--no-encryption", "store everything in the clear; decided here and for good")
      .option(
        "--block-size <size>",
        "unit of change and deduplication, 32KiB to 4MiB (default: 64KiB)",
        blockSizeArgument,
      )
      .option(
        "--pack-size <size>",
        "size of the objects that data is kept in, 8MiB to 512MiB (default: 32MiB)",
        packSizeArgument,
      )
    addRepoOption(command)
    addExamples(
      command,
      "bcopy init --repo /srv/bcopy --no-encryption",
      "bcopy init --repo s3://my-backups/offsite --no-encryption",
    )
  },
  async run(call) {
    const { encryption, blockSize, packSize, dryRun = false } = call.options
    const repo = repositoryGiven(call)
    if (encryption)
      throw new CliError("Refused", "encryption is not there yet: a repository can be made in the clear only", {
        hint: "If that will do, say so with --no-encryption. It can not be changed later.",
      })
    const make = isBucketAddress(repo) ? makeBucketRepository : makeFolderRepository
    const made = await make(repo, { encryption: "none", blockBytes: blockSize, packBytes: packSize }, call)
    const { name, blockBytes, packBytes, birth } = made
    const sizes = `blocks of ${renderSize(blockBytes)}, packs of ${renderSize(packBytes)}, not encrypted`
    return {
      document: {
        dryRun,
        repository: { name, id: dryRun ? undefined : birth.repository, encrypted: false, blockBytes, packBytes },
      },
      text: dryRun
        ? `would make a repository in ${name}: ${sizes}`
        : `made repository ${birth.repository.slice(0, 8)} in ${name}: ${sizes}`,
    }
  },
}
