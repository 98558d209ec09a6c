import { addKeySlot, type NewSlot } from "@bcopy/copy-engine"
import type { Outcome } from "../cli-command.ts"
import { CliError } from "../cli-error.ts"
import { openKmsKey } from "../kms-key.ts"
import { newPassword } from "../new-password.ts"
import type { KeyCall } from "./key-call.ts"
import { factsOf, meansOf } from "./render-slots.ts"

/** `bcopy keys add`: one more way to open the repository, a password or a key in AWS KMS. */
export async function addKeyAction(call: KeyCall): Promise<Outcome> {
  const { repository, options, signal } = call
  const { label, hint, kmsKey, dryRun } = options
  if (kmsKey !== undefined && hint !== undefined)
    throw new CliError("Usage", "a hint is for a password, and --kms-key takes none")
  const holder: NewSlot["holder"] =
    kmsKey === undefined
      ? { type: "password", password: await newPassword(call) }
      : { type: "external", key: await openKmsKey(kmsKey, call) }
  if (dryRun === true)
    return { document: { dryRun, repository: repository.name }, text: `would add a ${holder.type} slot` }
  const made = { holder, ...(label !== undefined && { label }), ...(hint !== undefined && { hint }) }
  const slot = await addKeySlot(repository, made, { signal })
  return {
    document: { repository: repository.name, added: factsOf(slot) },
    text: `added key slot ${slot.id.slice(0, 8)} (${meansOf(slot)})`,
  }
}
