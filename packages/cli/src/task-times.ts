import type { EngineClock, EngineEvent } from "@bcopy/copy-engine"

/** How long each new point took, from the events that tell of it. */
export class TaskTimes {
  readonly #clock: Pick<EngineClock, "monotonic">
  readonly #began = new Map<string, number>()
  readonly #took = new Map<string, number>()

  constructor(clock: Pick<EngineClock, "monotonic">) {
    this.#clock = clock
  }

  see(event: EngineEvent): void {
    if (event.type !== "task" && event.type !== "committed") return
    const task = `${event.job}/${event.workload}`
    const nowMs = this.#clock.monotonic()
    if (event.type === "task") this.#began.set(task, nowMs)
    else this.#took.set(event.point, Math.round(nowMs - (this.#began.get(task) ?? nowMs)))
  }

  /** Milliseconds that a point took; `undefined` for one that was not committed in this run. */
  tookMs(point: string | undefined): number | undefined {
    return point === undefined ? undefined : this.#took.get(point)
  }
}
