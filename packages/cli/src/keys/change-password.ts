import { changePassword } from "@bcopy/copy-engine"
import type { Outcome } from "../cli-command.ts"
import { newPassword } from "../new-password.ts"
import type { KeyCall } from "./key-call.ts"
import { factsOf, renderLocked } from "./render-slots.ts"

/** `bcopy keys change-password`: the root is wrapped for another password; nothing else changes. */
export async function changePasswordAction(call: KeyCall): Promise<Outcome> {
  const { repository, options, signal } = call
  const password = await newPassword(call)
  if (options.dryRun === true)
    return { document: { dryRun: true, repository: repository.name }, text: "would change the password" }
  const { hint, label } = options
  const change = { password, ...(hint !== undefined && { hint }), ...(label !== undefined && { label }) }
  const { made, removed } = await changePassword(repository, change, { signal })
  return {
    document: { repository: repository.name, added: factsOf(made), removed: factsOf(removed.slot) },
    text: [
      `the password is changed: key slot ${made.id.slice(0, 8)}`,
      ...renderLocked([removed]),
      "if the old one may have been stolen, rotate the keys too: `bcopy keys rotate`",
    ].join("\n"),
  }
}
