import { rewriteKeys } from "@bcopy/copy-engine"
import type { Outcome } from "../cli-command.ts"
import { renderSize } from "../render-size.ts"
import { listKeysAction } from "./list-keys.ts"
import type { KeyCall } from "./key-call.ts"
import { renderOpen } from "./render-slots.ts"

/** `bcopy keys rewrite`: seals anew what lies under the keys of earlier epochs. */
export async function rewriteKeysAction(call: KeyCall): Promise<Outcome> {
  const { repository, options, signal } = call
  const { dryRun, takeOver = false } = options
  // How much it would be is how much lies under which key.
  if (dryRun === true) return listKeysAction({ ...call, options: { ...options, epochs: true } })
  const { points, packs, storedBytes, open } = await rewriteKeys(repository, { takeOver, signal })
  return {
    document: { repository: repository.name, points, packs, storedBytes, open },
    text: [
      packs === 0 && points === 0
        ? "everything that points need is under the key in force"
        : `sealed anew: ${packs} packs, ${renderSize(storedBytes)}, of ${points} points; the old ones stay until space is given back`,
      ...renderOpen(open),
    ].join("\n"),
  }
}
