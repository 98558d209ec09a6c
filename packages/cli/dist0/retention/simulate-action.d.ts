import type { Outcome } from "../cli-command.ts";
import type { RetentionCall } from "./retention-call.ts";
/** `bcopy retention simulate`: what a policy comes to over the years. */
export declare function simulateAction(call: RetentionCall): Promise<Outcome>;
//# sourceMappingURL=simulate-action.d.ts.map