import type { RetentionPolicy } from "@bcopy/retention-gfs";
/** Whether locks that follow a policy would reach further than ten years. */
export declare function locksForLong({ days, weekly, monthly, yearly }: RetentionPolicy): boolean;
//# sourceMappingURL=locks-for-long.d.ts.map