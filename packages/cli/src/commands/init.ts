import type { CliCommand } from "../cli-command.ts"
import { initEncryption, type InitKeyOptions } from "../init-encryption.ts"
import { addPasswordOptions } from "../key-options.ts"
import { makeBucketRepository } from "../make-bucket-repository.ts"
import { makeFolderRepository } from "../make-folder-repository.ts"
import { repositoryGiven } from "../open-repository-at.ts"
import { renderSize } from "../render-size.ts"
import { addExamples, addRepoName, blockSizeArgument, packSizeArgument, pathArgument } from "../shared-options.ts"
import { isBucketAddress } from "../is-bucket-address.ts"

interface InitOptions extends InitKeyOptions {
  readonly repo?: string
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
        "Makes a repository in a new or empty folder or under a new prefix in an S3 bucket, after trying what it can do. It is encrypted, and a recovery kit opens it when every password is lost.",
      )
      .option("--no-encryption", "store everything in the clear; decided here and for good")
      .option("--hint <text>", "reminder of the password; everybody who sees the repository can read it")
      .option("--recovery-kit <file>", "new file for the recovery kit: keep it away from the repository", pathArgument)
      .option("--no-recovery-kit", "make no recovery kit: who loses the password loses everything")
      .option("--kms-key <id>", "AWS KMS key that opens it too, or alone")
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
    addRepoName(command)
    addPasswordOptions(command)
    addExamples(
      command,
      "bcopy init --repo /srv/bcopy --recovery-kit bcopy-kit.txt",
      "bcopy init --repo s3://my-backups/offsite --password-file pw --recovery-kit kit.txt",
      "bcopy init --repo /srv/bcopy --no-encryption",
    )
  },
  async run(call) {
    const { blockSize, packSize, dryRun = false } = call.options
    const repo = repositoryGiven(call)
    const { encryption, describe, discard } = await initEncryption(repo, call)
    const make = isBucketAddress(repo) ? makeBucketRepository : makeFolderRepository
    try {
      const made = await make(repo, { encryption, blockBytes: blockSize, packBytes: packSize }, call)
      const { name, blockBytes, packBytes, birth } = made
      const isEncrypted = encryption !== "none"
      const sizes = `blocks of ${renderSize(blockBytes)}, packs of ${renderSize(packBytes)}, ${describe}`
      return {
        document: {
          dryRun,
          repository: {
            name,
            id: dryRun ? undefined : birth.repository,
            encrypted: isEncrypted,
            blockBytes,
            packBytes,
          },
        },
        text: dryRun
          ? `would make a repository in ${name}: ${sizes}`
          : `made repository ${birth.repository.slice(0, 8)} in ${name}: ${sizes}`,
      }
    } catch (error) {
      await discard()
      throw error
    }
  },
}
