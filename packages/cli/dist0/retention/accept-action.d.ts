import type { Outcome } from "../cli-command.ts";
import type { RetentionCall } from "./retention-call.ts";
/** `bcopy retention accept`: puts a policy in force; one that removes points asks for confirmation. */
export declare function acceptAction(call: RetentionCall): Promise<Outcome>;
//# sourceMappingURL=accept-action.d.ts.map