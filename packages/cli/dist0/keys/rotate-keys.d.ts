import type { Outcome } from "../cli-command.ts";
import type { KeyCall } from "./key-call.ts";
/** `bcopy keys rotate`: a new root and a new epoch; who knows the old root opens nothing that comes. */
export declare function rotateKeysAction(call: KeyCall): Promise<Outcome>;
//# sourceMappingURL=rotate-keys.d.ts.map