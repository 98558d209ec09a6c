import type { CliCommand, Outcome } from "../cli-command.ts"
import { addKeyAction } from "../keys/add-key.ts"
import { changePasswordAction } from "../keys/change-password.ts"
import type { KeyCall, KeysOptions } from "../keys/key-call.ts"
import { listKeysAction } from "../keys/list-keys.ts"
import { recoveryKitAction } from "../keys/recovery-kit.ts"
import { removeKeyAction } from "../keys/remove-key.ts"
import { rewriteKeysAction } from "../keys/rewrite-keys.ts"
import { rotateKeysAction } from "../keys/rotate-keys.ts"
import { verifyKeyAction } from "../keys/verify-key.ts"
import { isBucketAddress } from "../is-bucket-address.ts"
import { knownRepositories } from "../known-repositories.ts"
import { addNewPasswordOptions } from "../new-password.ts"
import { openGivenRepository, repositoryGiven } from "../open-repository-at.ts"
import { openStore } from "../open-store.ts"
import { addExamples, addRepoOption, nameArgument, pathArgument } from "../shared-options.ts"

const actions: Readonly<Record<string, (call: KeyCall) => Promise<Outcome>>> = {
  list: listKeysAction,
  add: addKeyAction,
  remove: removeKeyAction,
  "change-password": changePasswordAction,
  rotate: rotateKeysAction,
  rewrite: rewriteKeysAction,
  "recovery-kit": recoveryKitAction,
  verify: verifyKeyAction,
}

/** `bcopy keys`: who can open a repository. */
export const keysCommand: CliCommand<KeysOptions> = {
  name: "keys",
  define(command) {
    command
      .summary("list and change who can open an encrypted repository")
      .description(
        "Lists and changes the key slots of an encrypted repository. `rotate` makes a new root: who knew the old one opens nothing that is stored from then on. `forget` drops what this machine remembers of a repository.",
      )
      .addArgument(command.createArgument("<action>", "what to do").choices([...Object.keys(actions), "forget"]))
      .argument("[slot]", "remove: the slot's id, or its first 4 characters or more")
      .option("--epochs", "list: also how much is stored under which key")
      .option("--label <text>", "name of the new slot; everybody who sees the repository can read it", nameArgument)
      .option("--kms-key <id>", "add: a key in AWS KMS instead of a password")
      .option("--other-password-file <file...>", "rotate: passwords of other slots that are to be kept")
      .option("--output <file>", "recovery-kit: new file for it", pathArgument)
    addNewPasswordOptions(command)
    addRepoOption(command)
    addExamples(
      command,
      "bcopy keys list --repo /srv/bcopy",
      "bcopy keys add --repo /srv/bcopy --label office --new-password-file office.pw",
      "bcopy keys rotate --repo /srv/bcopy",
    )
  },
  async run(call) {
    const [action = "", ...rest] = call.args
    if (action === "forget") return forget(call)
    const repository = await openGivenRepository(call)
    return (actions[action] as (call: KeyCall) => Promise<Outcome>)({ ...call, repository, rest })
  },
}

async function forget(call: Parameters<typeof keysCommand.run>[0]): Promise<Outcome> {
  const repo = repositoryGiven(call)
  const place = isBucketAddress(repo) ? (await openStore(repo, call)).place : undefined
  const { dryRun = false } = call.options
  const known = knownRepositories(call.io)
  const forgotten = dryRun ? await known.knows(place ?? repo) : await known.forget(place ?? repo)
  const done = dryRun ? "would be forgotten" : "is forgotten"
  return {
    document: { dryRun, repository: repo, forgotten },
    text: forgotten ? `what was remembered of ${repo} ${done}` : `nothing is remembered of ${repo}`,
  }
}
