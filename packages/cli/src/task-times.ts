import type { EngineClock, EngineEvent } from "@bcopy/copy-engine"
import { type ClassUse, noUse, useSince } from "./class-use.ts"

/** What a new point took. */
export interface TaskCost {
  readonly tookMs: number
  /** What was asked of buckets meanwhile; absent without buckets. */
  readonly use?: ClassUse
}

/** How long each new point took and what was asked of buckets for it, from the events that tell of it. */
export class TaskTimes {
  readonly #clock: Pick<EngineClock, "monotonic">
  readonly #began = new Map<string, { readonly atMs: number; readonly use: ClassUse | undefined }>()
  readonly #cost = new Map<string, TaskCost>()

  constructor(clock: Pick<EngineClock, "monotonic">) {
    this.#clock = clock
  }

  /** An event, and what was asked of all buckets until then. */
  see(event: EngineEvent, use: ClassUse | undefined): void {
    if (event.type !== "task" && event.type !== "committed") return
    const task = `${event.job}/${event.workload}`
    const nowMs = this.#clock.monotonic()
    if (event.type === "task") this.#began.set(task, { atMs: nowMs, use })
    else {
      const began = this.#began.get(task)
      this.#cost.set(event.point, {
        tookMs: Math.round(nowMs - (began?.atMs ?? nowMs)),
        ...(use && { use: useSince(use, began?.use ?? noUse) }),
      })
    }
  }

  /** What a point took; `undefined` for one that was not committed in this run. */
  costOf(point: string | undefined): TaskCost | undefined {
    return point === undefined ? undefined : this.#cost.get(point)
  }
}
