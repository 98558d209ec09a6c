import type { CliCommand } from "../cli-command.ts";
import { type ReclaimLimits } from "../reclaim/reclaim-options.ts";
interface PruneOptions extends ReclaimLimits {
    readonly repo?: string;
    readonly job?: string;
    readonly workload?: string;
    readonly undo?: number;
    readonly reclaim: boolean;
}
/** `bcopy prune`: removes what no rule of the retention policies keeps, and gives space back. */
export declare const pruneCommand: CliCommand<PruneOptions>;
export {};
//# sourceMappingURL=prune.d.ts.map