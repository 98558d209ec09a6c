import type { KeyOverview, ListedSlot, RemovedSlot } from "@bcopy/copy-engine";
import type { KeySlot } from "@bcopy/crypto";
import type { Paint } from "../paint.ts";
/** How a slot opens, in words. */
export declare function meansOf({ means }: KeySlot): string;
/** Key slots as a table for people. */
export declare function renderSlots({ slots, broken, inForce }: KeyOverview, paint: Paint): string;
/** A slot as documents carry it; nothing of it is secret. */
export declare function slotDocument({ slot, state, opened }: ListedSlot): Readonly<Record<string, unknown>>;
export declare function factsOf(slot: KeySlot): Readonly<Record<string, unknown>>;
/** Slots that were to go and that the store keeps for now: they still open. */
export declare function renderLocked(removed: readonly RemovedSlot[]): readonly string[];
/** Logs that a rotation has not reached. */
export declare function renderOpen(open: readonly {
    readonly log: string;
    readonly reason: string;
}[]): readonly string[];
//# sourceMappingURL=render-slots.d.ts.map