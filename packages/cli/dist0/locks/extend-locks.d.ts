import { type ExtendLocksReport } from "@bcopy/copy-engine";
import type { Outcome } from "../cli-command.ts";
import type { LocksCall } from "./locks-call.ts";
/** `bcopy locks extend`: brings the locks of points that are there up to what is in force. */
export declare function extendLocksAction(call: LocksCall): Promise<Outcome>;
/** What was extended, for a document. */
export declare function extendDocument({ workloads, failed }: ExtendLocksReport): {
    workloads: {
        job: string;
        workload: string;
        objects: number;
        points: {
            point: string;
            before?: string | undefined;
            lockedUntil: string;
        }[];
    }[];
    failed: {
        job: string;
        workload: string;
        error: import("../describe-error.ts").DescribedError;
    }[];
};
/** What was extended, workload by workload. */
export declare function renderExtended({ dryRun, immutability, workloads, failed }: ExtendLocksReport): string;
//# sourceMappingURL=extend-locks.d.ts.map