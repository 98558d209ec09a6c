import type { WorkloadPlan } from "@bcopy/copy-engine";
import { type RetentionPicture } from "./retention-picture.ts";
/** A picture of what a plan keeps and removes. */
export declare function pictureOfPlan({ job, workload, policy, points, plan }: WorkloadPlan, nowMs: number): RetentionPicture;
//# sourceMappingURL=picture-of-plan.d.ts.map