import { type PolicyDiff } from "@bcopy/retention-gfs";
import type { WorkloadPlan } from "@bcopy/copy-engine";
import type { Outcome } from "../cli-command.ts";
import type { RetentionCall } from "./retention-call.ts";
/** What the given policy would change for a workload; without one in force before, everything stayed. */
export declare function diffOf({ points, plan, policy, inForce }: WorkloadPlan, nowMs: number): PolicyDiff;
/** `bcopy retention diff`: what another policy would change. */
export declare function diffAction(call: RetentionCall): Promise<Outcome>;
//# sourceMappingURL=diff-action.d.ts.map