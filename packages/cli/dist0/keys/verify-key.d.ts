import type { Outcome } from "../cli-command.ts";
import type { KeyCall } from "./key-call.ts";
/** `bcopy keys verify`: which slots the given keys open. That the repository was opened says that one of them is right. */
export declare function verifyKeyAction(call: KeyCall): Promise<Outcome>;
//# sourceMappingURL=verify-key.d.ts.map