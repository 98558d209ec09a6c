import type { StoreErrorCode } from "../store-error.ts"

/** What goes wrong at a store, as data. Requests are numbered from 1 on, whatever their method. */
export type StoreFault =
  /** The request is refused or lost on its way; nothing happens. `Unavailable` if no code is given. */
  | { readonly kind: "fail-before"; readonly at: number; readonly code?: StoreErrorCode }
  /** The request takes effect, and its answer is lost. */
  | { readonly kind: "fail-after"; readonly at: number; readonly code?: StoreErrorCode }
  /** A create gets no answer, and takes effect just before the request that comes `landsAfter` later. */
  | { readonly kind: "land-late"; readonly at: number; readonly landsAfter: number }
  /** So many requests from this one on are refused with `Throttled`. */
  | { readonly kind: "storm"; readonly at: number; readonly requests: number }
  /** A read gives only its first bytes: half of them, if no number is given. */
  | { readonly kind: "truncate"; readonly at: number; readonly keepBytes?: number }
  /** Objects created from this request on are missing from `list` during the next `requests` requests. */
  | { readonly kind: "late-listing"; readonly at: number; readonly requests: number }
  /** The process dies before this request or before its answer: it and all later ones fail. */
  | { readonly kind: "stop-before" | "stop-after"; readonly at: number }

export interface FaultDraw {
  /** Among the first so many requests. */
  readonly requests: number
  /** How many of them go wrong, from 0 to 1. */
  readonly share: number
  /** Which faults to draw from; those that pass (all but `late-listing` and the stops) if absent. */
  readonly kinds?: readonly StoreFault["kind"][]
}

const passing: readonly StoreFault["kind"][] = ["fail-before", "fail-after", "land-late", "storm", "truncate"]

/** Draws faults, the same ones for the same random numbers. */
export function drawFaults(random: () => number, { requests, share, kinds = passing }: FaultDraw): StoreFault[] {
  const faults: StoreFault[] = []
  for (let at = 1; at <= requests; at++) {
    if (random() >= share) continue
    const kind = kinds[Math.floor(random() * kinds.length)]!
    const few = 1 + Math.floor(random() * 5)
    if (kind === "storm" || kind === "late-listing") faults.push({ kind, at, requests: few })
    else if (kind === "land-late") faults.push({ kind, at, landsAfter: few })
    else faults.push({ kind, at })
  }
  return faults
}
