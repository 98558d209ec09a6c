import type { Immutability } from "@bcopy/copy-engine";
/** What protects points less under new terms than under those before, in words; empty if nothing does. */
export declare function weakenedLocks(before: Immutability | undefined, now: Immutability | undefined): readonly string[];
//# sourceMappingURL=weakened-locks.d.ts.map