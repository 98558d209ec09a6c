import type { EngineEvent } from "@bcopy/copy-engine";
/** Parts of a run that requests are counted by. */
export type RunPhase = "open" | "transfer" | "commit" | "restore" | "verify" | "reclaim";
/** The part of the run that an event is of; `undefined` where it does not tell. What lies between tasks opens the next one. */
export declare function phaseOf(event: EngineEvent): RunPhase | undefined;
//# sourceMappingURL=run-phase.d.ts.map