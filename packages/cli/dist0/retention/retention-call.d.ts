import type { Call } from "../cli-command.ts";
import type { KeyOptions } from "../key-options.ts";
import type { PolicyOptions } from "./policy-options.ts";
import type { PictureOptions } from "./write-picture.ts";
/** Options of `bcopy retention`. */
export interface RetentionOptions extends PolicyOptions, PictureOptions, KeyOptions {
    readonly repo?: string;
    readonly job?: string;
    readonly workload?: string;
    readonly point?: string;
    readonly fromFirstPoint?: boolean;
    readonly at?: readonly string[];
    readonly on?: readonly string[];
    readonly every?: number;
    readonly from?: string;
    readonly years?: number;
}
/** One call of an action of `bcopy retention`. */
export type RetentionCall = Call<RetentionOptions>;
//# sourceMappingURL=retention-call.d.ts.map