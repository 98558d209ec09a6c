import type { Outcome } from "../cli-command.ts";
import type { KeyCall } from "./key-call.ts";
/** `bcopy keys rewrite`: seals anew what lies under the keys of earlier epochs. */
export declare function rewriteKeysAction(call: KeyCall): Promise<Outcome>;
//# sourceMappingURL=rewrite-keys.d.ts.map