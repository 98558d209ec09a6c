import type { EngineClock, EngineEvent } from "@bcopy/copy-engine";
import { type ClassUse } from "./class-use.ts";
/** What a new point took. */
export interface TaskCost {
    readonly tookMs: number;
    /** What was asked of buckets meanwhile; absent without buckets. */
    readonly use?: ClassUse;
}
/** How long each new point took and what was asked of buckets for it, from the events that tell of it. */
export declare class TaskTimes {
    #private;
    constructor(clock: Pick<EngineClock, "monotonic">);
    /** An event, and what was asked of all buckets until then. */
    see(event: EngineEvent, use: ClassUse | undefined): void;
    /** What a point took; `undefined` for one that was not committed in this run. */
    costOf(point: string | undefined): TaskCost | undefined;
}
//# sourceMappingURL=task-times.d.ts.map