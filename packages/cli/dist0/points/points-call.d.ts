import type { Call } from "../cli-command.ts";
import type { KeyOptions } from "../key-options.ts";
/** Options of `bcopy points`. */
export interface PointsOptions extends KeyOptions {
    readonly repo?: string;
    readonly job?: string;
    readonly workload?: string;
    readonly removed?: boolean;
    readonly point?: string;
    readonly reason?: string;
    /** Milliseconds. */
    readonly undo?: number;
}
/** One call of `bcopy points`. */
export type PointsCall = Call<PointsOptions>;
//# sourceMappingURL=points-call.d.ts.map