import type { CliCommand } from "../cli-command.ts";
import { type InitKeyOptions } from "../init-encryption.ts";
interface InitOptions extends InitKeyOptions {
    readonly repo?: string;
    readonly blockSize?: number;
    readonly packSize?: number;
}
/** `bcopy init`: makes a repository. */
export declare const initCommand: CliCommand<InitOptions>;
export {};
//# sourceMappingURL=init.d.ts.map