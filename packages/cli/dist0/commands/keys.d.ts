import type { CliCommand } from "../cli-command.ts";
import type { KeysOptions } from "../keys/key-call.ts";
/** `bcopy keys`: who can open a repository. */
export declare const keysCommand: CliCommand<KeysOptions>;
//# sourceMappingURL=keys.d.ts.map