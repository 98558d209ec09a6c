import type { CliCommand } from "../cli-command.ts";
import { type ReclaimLimits } from "../reclaim/reclaim-options.ts";
interface ReclaimOptions extends ReclaimLimits {
    readonly repo?: string;
    readonly job?: string;
}
/** `bcopy reclaim`: gives back the space of what nothing needs, and says what holds the rest. */
export declare const reclaimCommand: CliCommand<ReclaimOptions>;
export {};
//# sourceMappingURL=reclaim.d.ts.map