import type { Outcome } from "../cli-command.ts";
import type { KeyCall } from "./key-call.ts";
/** `bcopy keys list`: who can open the repository, and with `--epochs` how much lies under which key. */
export declare function listKeysAction({ repository, options, signal, paint }: KeyCall): Promise<Outcome>;
//# sourceMappingURL=list-keys.d.ts.map