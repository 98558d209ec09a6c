import { epochUse, rewriteKeys } from "@bcopy/copy-engine"
import type { Outcome } from "../cli-command.ts"
import { renderSize } from "../render-size.ts"
import { listWith } from "./list-keys.ts"
import type { KeyCall } from "./key-call.ts"
import { renderOpen } from "./render-slots.ts"

/** `bcopy keys rewrite`: seals anew what lies under the keys of earlier epochs. */
export async function rewriteKeysAction(call: KeyCall): Promise<Outcome> {
  const { repository, options, signal } = call
  const { dryRun, takeOver = false } = options
  if (dryRun === true) return wouldRewrite(call)
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

/** How much it would be is how much lies under which key. */
async function wouldRewrite(call: KeyCall): Promise<Outcome> {
  const { repository, signal } = call
  const epochs = await epochUse(repository, { signal })
  const earlier = epochs.filter(({ epoch }) => epoch !== repository.keys?.ring.generation)
  const packs = earlier.reduce((sum, use) => sum + use.packs, 0)
  const storedBytes = earlier.reduce((sum, use) => sum + use.storedBytes, 0)
  const { document, text } = await listWith(epochs, call)
  const would =
    packs === 0 ? "nothing would be sealed anew" : `would seal anew: ${packs} packs, ${renderSize(storedBytes)}`
  return { document: { dryRun: true, ...document, packs, storedBytes }, text: `${text}\n\n${would}` }
}
