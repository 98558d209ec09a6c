import type { EngineEvent } from "@bcopy/copy-engine";
/** What an event means to a person, where it is worth a line of its own; `undefined` where it is not. */
export declare function renderEvent(event: EngineEvent): string | undefined;
//# sourceMappingURL=render-event.d.ts.map