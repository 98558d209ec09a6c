import type { Call } from "../cli-command.ts";
import type { KeyOptions } from "../key-options.ts";
/** Options of `bcopy locks`. */
export interface LocksOptions extends KeyOptions {
    readonly repo?: string;
    readonly job?: string;
    readonly days?: number;
    readonly followRetention?: boolean;
    readonly off?: boolean;
    readonly mode?: string;
    /** Days. */
    readonly generation?: number;
    readonly allowLong?: boolean;
}
/** One call of `bcopy locks`. */
export type LocksCall = Call<LocksOptions>;
//# sourceMappingURL=locks-call.d.ts.map