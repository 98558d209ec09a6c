import { type Repository, type WorkloadPlan } from "@bcopy/copy-engine";
import type { Outcome } from "../cli-command.ts";
import type { RetentionCall } from "./retention-call.ts";
/** What the policy keeps and removes of every workload, with the moment it is asked for. */
export declare function planAll(call: RetentionCall): Promise<{
    readonly plans: readonly WorkloadPlan[];
    readonly nowMs: number;
}>;
/** The zone of the first policy that is in force among the chosen jobs. */
export declare function zoneInForce(repository: Repository, { options, signal }: RetentionCall): Promise<string | undefined>;
/** `bcopy retention plan`: which points stay, which would go, and why. */
export declare function planAction(call: RetentionCall): Promise<Outcome>;
/** A plan for a JSON document. */
export declare function planDocument({ job, workload, policy, plan, missed }: WorkloadPlan): Readonly<Record<string, unknown>>;
//# sourceMappingURL=plan-action.d.ts.map