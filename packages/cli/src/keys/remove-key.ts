import { removeKeySlot } from "@bcopy/copy-engine"
import type { Outcome } from "../cli-command.ts"
import { CliError } from "../cli-error.ts"
import { isoTime } from "../render-time.ts"
import type { KeyCall } from "./key-call.ts"
import { factsOf, renderLocked } from "./render-slots.ts"

/** `bcopy keys remove SLOT`: takes a slot away. */
export async function removeKeyAction({ repository, options, rest, signal }: KeyCall): Promise<Outcome> {
  const [id] = rest
  if (id === undefined)
    throw new CliError("Usage", "no key slot was named", { hint: "Name one: `bcopy keys remove SLOT`." })
  if (options.dryRun === true)
    return { document: { dryRun: true, repository: repository.name }, text: `would remove key slot ${id}` }
  const removed = await removeKeySlot(repository, id, { signal })
  const { slot, lockedUntilMs } = removed
  const lines = renderLocked([removed])
  return {
    document: {
      repository: repository.name,
      removed: factsOf(slot),
      lockedUntil: lockedUntilMs === undefined ? undefined : isoTime(lockedUntilMs),
    },
    text: [
      ...(lines.length > 0 ? lines : [`removed key slot ${slot.id.slice(0, 8)}`]),
      "who knows the root can still open what is there, and what comes: `bcopy keys rotate` ends the latter",
    ].join("\n"),
  }
}
