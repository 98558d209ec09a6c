import type { Outcome } from "../cli-command.ts";
import type { KeyCall } from "./key-call.ts";
/** `bcopy keys change-password`: the root is wrapped for another password; nothing else changes. */
export declare function changePasswordAction(call: KeyCall): Promise<Outcome>;
//# sourceMappingURL=change-password.d.ts.map