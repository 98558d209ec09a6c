import type { Outcome } from "../cli-command.ts";
import type { KeyCall } from "./key-call.ts";
/** `bcopy keys add`: one more way to open the repository, a password or a key in AWS KMS. */
export declare function addKeyAction(call: KeyCall): Promise<Outcome>;
//# sourceMappingURL=add-key.d.ts.map