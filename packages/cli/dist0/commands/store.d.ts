import type { CliCommand } from "../cli-command.ts";
import type { KeyOptions } from "../key-options.ts";
/** `bcopy store test`: finds out what a folder or bucket can do. */
export declare const storeCommand: CliCommand<{
    readonly repo?: string;
} & KeyOptions>;
//# sourceMappingURL=store.d.ts.map