import type { KeyOverview, ListedSlot, RemovedSlot } from "@bcopy/copy-engine"
import type { KeySlot } from "@bcopy/crypto"
import type { Paint } from "../paint.ts"
import { renderTable } from "../render-table.ts"
import { isoTime, renderTime } from "../render-time.ts"

const columns = ["slot", "opens with", "label", "made", "detail", ""].map((heading) => ({ heading }))

/** How a slot opens, in words. */
export function meansOf({ means }: KeySlot): string {
  return means.type === "external" ? means.provider : means.type
}

/** Key slots as a table for people. */
export function renderSlots({ slots, broken, inForce }: KeyOverview, paint: Paint): string {
  const rows = slots.map(({ slot, state, opened }) => [
    `${slot.id.slice(0, 8)}${opened ? "*" : ""}`,
    meansOf(slot),
    slot.label ?? "",
    renderTime(slot.createdAtMs),
    detailOf(slot),
    state === "in force" ? "" : paint.yellow(state),
  ])
  const lines = [renderTable(columns, rows, paint.bold)]
  for (const { id, message } of broken) lines.push(paint.red(`${id.slice(0, 8)}: ${message}`))
  lines.push(`root ${inForce.generation}, fingerprint ${inForce.fingerprint}`)
  return lines.join("\n")
}

/** A slot as documents carry it; nothing of it is secret. */
export function slotDocument({ slot, state, opened }: ListedSlot): Readonly<Record<string, unknown>> {
  return { ...factsOf(slot), state, opened }
}

export function factsOf(slot: KeySlot): Readonly<Record<string, unknown>> {
  const { id, root, createdAtMs, label, hint, means } = slot
  return {
    id,
    type: means.type,
    ...(means.type === "external" && { provider: means.provider, keyId: means.keyId }),
    ...(means.type === "password" && {
      kdf: { memoryKiB: means.kdf.memoryKiB, passes: means.kdf.passes, lanes: means.kdf.lanes },
    }),
    generation: root.generation,
    createdAt: isoTime(createdAtMs),
    label,
    hint,
  }
}

/** Slots that were to go and that the store keeps for now: they still open. */
export function renderLocked(removed: readonly RemovedSlot[]): readonly string[] {
  return removed.flatMap(({ slot, lockedUntilMs }) =>
    lockedUntilMs === undefined
      ? []
      : [
          `slot ${slot.id.slice(0, 8)} is locked until ${isoTime(lockedUntilMs)}, and opens with its old secret until it is gone`,
        ],
  )
}

function detailOf({ means, hint }: KeySlot): string {
  if (means.type === "external") return means.keyId
  return hint === undefined ? "" : `hint: ${hint}`
}

/** Logs that a rotation has not reached. */
export function renderOpen(open: readonly { readonly log: string; readonly reason: string }[]): readonly string[] {
  if (open.length === 0) return []
  return [
    `${open.length} logs take no entry, so that what the old keys seal is still believed:`,
    ...open.map(({ log, reason }) => `  ${log} ${reason}`),
    "look with `bcopy verify`; `bcopy keys rewrite` finishes the rotation",
  ]
}
