import type { Immutability } from "@bcopy/copy-engine"
import { counted } from "../counted.ts"

const DAY_MS = 86_400_000

/** How long what points need is locked, in words. */
export function renderImmutability(immutability: Immutability | undefined): string {
  if (immutability === undefined) return "nothing is locked"
  const { days, followsRetention, lockMode, generationMs, stayMs } = immutability
  const times = [
    ...(days === undefined ? [] : [counted(days, "day")]),
    ...(followsRetention ? ["as long as retention keeps them"] : []),
  ]
  const often =
    stayMs < generationMs ? `; those that stay are to be locked further within ${counted(stayMs / DAY_MS, "day")}` : ""
  return `points are locked for ${times.join(", at least ")}, in ${lockMode} mode, by generations of ${counted(generationMs / DAY_MS, "day")}${often}`
}

/** The same for a document. */
export function immutabilityDocument(immutability: Immutability | undefined) {
  if (immutability === undefined) return undefined
  const { generationMs, lockMode: mode, stayMs: _, ...rest } = immutability
  return { ...rest, mode, generationDays: generationMs / DAY_MS }
}
