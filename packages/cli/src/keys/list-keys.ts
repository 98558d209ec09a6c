import { type EpochUse, epochUse, listKeys } from "@bcopy/copy-engine"
import type { Outcome } from "../cli-command.ts"
import { renderSize } from "../render-size.ts"
import { renderTable } from "../render-table.ts"
import type { KeyCall } from "./key-call.ts"
import { renderSlots, slotDocument } from "./render-slots.ts"

const columns = [{ heading: "epoch" }, { heading: "packs", right: true }, { heading: "stored", right: true }]

/** `bcopy keys list`: who can open the repository, and with `--epochs` how much lies under which key. */
export async function listKeysAction(call: KeyCall): Promise<Outcome> {
  const { repository, options, signal } = call
  return listWith(options.epochs === true ? await epochUse(repository, { signal }) : undefined, call)
}

/** What `bcopy keys list` gives, with what is known of the epochs. */
export async function listWith(
  epochs: readonly EpochUse[] | undefined,
  { repository, signal, paint }: KeyCall,
): Promise<Outcome> {
  const overview = await listKeys(repository, { signal })
  const { inForce, slots, broken, areEpochsEnded: ended } = overview
  const document = { repository: repository.name, root: inForce, ended, slots: slots.map(slotDocument), broken }
  const unfinished = ended
    ? ""
    : `\n\nthe rotation to generation ${inForce.generation} has not reached every log: \`bcopy keys rewrite\` finishes it`
  const text = `${renderSlots(overview, paint)}${unfinished}`
  if (epochs === undefined) return { document, text }
  const rows = epochs.map(({ epoch, packs, storedBytes }) => [
    `${epoch}${epoch === inForce.generation ? " (in force)" : ""}`,
    String(packs),
    renderSize(storedBytes),
  ])
  return {
    document: { ...document, epochs },
    text: `${text}\n\n${renderTable(columns, rows, paint.bold)}`,
  }
}
