import type { Outcome } from "../cli-command.ts";
import type { RetentionCall } from "./retention-call.ts";
/** `bcopy retention explain`: every reason for a point, or for all, in sentences. */
export declare function explainAction(call: RetentionCall): Promise<Outcome>;
//# sourceMappingURL=explain-action.d.ts.map