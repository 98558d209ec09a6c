import type { Outcome } from "../cli-command.ts";
import type { KeyCall } from "./key-call.ts";
/** `bcopy keys remove SLOT`: takes a slot away. */
export declare function removeKeyAction({ repository, options, rest, signal }: KeyCall): Promise<Outcome>;
//# sourceMappingURL=remove-key.d.ts.map