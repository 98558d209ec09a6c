import { listKeys, removeKeySlot } from "@bcopy/copy-engine"
import type { KeySlot } from "@bcopy/crypto"
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
  const { slot: found } = await removeKeySlot(repository, id, { dryRun: true, signal })
  if (options.yes !== true) await requireMoreThanKits(repository, found, signal)
  if (options.dryRun === true)
    return {
      document: { dryRun: true, repository: repository.name, removed: factsOf(found) },
      text: `would remove key slot ${found.id.slice(0, 8)}`,
    }
  const removed = await removeKeySlot(repository, id, { signal })
  const { slot, lockedUntilMs } = removed
  const lines = renderLocked([removed])
  return {
    document: {
      dryRun: false,
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

/** A recovery kit is what is left when all else is lost. @throws CliError `Refused` if only kits would open the repository */
async function requireMoreThanKits(
  repository: KeyCall["repository"],
  going: KeySlot,
  signal: AbortSignal,
): Promise<void> {
  const { slots } = await listKeys(repository, { signal })
  const left = slots.filter(({ slot, state }) => state === "in force" && slot.id !== going.id)
  if (left.some(({ slot }) => slot.means.type !== "recovery")) return
  throw new CliError(
    "Refused",
    `without key slot ${going.id.slice(0, 8)} only a recovery kit opens ${repository.name}`,
    {
      hint: "Add another key first (`bcopy keys add`), or confirm with --yes.",
    },
  )
}
