import { addKeySlot, listKeys, removeKeySlot } from "@bcopy/copy-engine"
import type { Outcome } from "../cli-command.ts"
import { CliError } from "../cli-error.ts"
import { repositoryGiven } from "../open-repository-at.ts"
import { prepareRecoveryKit, writeRecoveryKit } from "../write-recovery-kit.ts"
import type { KeyCall } from "./key-call.ts"
import { factsOf, renderLocked } from "./render-slots.ts"

/** `bcopy keys recovery-kit --output FILE`: a new recovery kit, which takes the place of those before. */
export async function recoveryKitAction(call: KeyCall): Promise<Outcome> {
  const { repository, options, signal, io } = call
  const { output, label, dryRun, yes = false } = options
  if (output === undefined)
    throw new CliError("Usage", "no file was named for the recovery kit", { hint: "Give one with --output FILE." })
  if (dryRun === true)
    return { document: { dryRun, repository: repository.name }, text: `would write a recovery kit to ${output}` }
  const { slots, inForce } = await listKeys(repository, { signal })
  const kit = await prepareRecoveryKit(output, { repository: repositoryGiven(call), yes })
  const { name, birth } = repository
  // The kit is on the disk before anything opens by it, and the old one opens until the new one does.
  await writeRecoveryKit(kit, { repository: birth.repository, name, root: inForce, atMs: io.clock.now() })
  const holder = { type: "recovery", publicKey: kit.pair.publicKey } as const
  const made = await addKeySlot(repository, { holder, ...(label !== undefined && { label }) }, { signal })
  const removed = []
  for (const { slot, state } of slots)
    if (slot.means.type === "recovery" && state === "in force")
      removed.push(await removeKeySlot(repository, slot.id, { signal }))
  return {
    document: { repository: name, added: factsOf(made), removed: removed.map(({ slot }) => factsOf(slot)), output },
    text: [
      `recovery kit in ${output}: keep it away from the repository`,
      ...(removed.length > 0 ? ["the kit before it opens nothing any more"] : []),
      ...renderLocked(removed),
    ].join("\n"),
  }
}
