import type { KeepReason, RetentionPolicy } from "@bcopy/retention-gfs";
/** A policy in one line. */
export declare function renderPolicy({ zone, days, count, weekly, monthly, yearly, retired }: RetentionPolicy): string;
/** A reason to keep, for a column of a table. */
export declare function renderReason(reason: KeepReason): string;
//# sourceMappingURL=render-policy.d.ts.map