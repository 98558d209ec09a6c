import type { CliCommand } from "../cli-command.ts";
/** `bcopy adopt`: makes a repository that was copied by other means writable. */
export declare const adoptCommand: CliCommand<{
    readonly repo?: string;
}>;
//# sourceMappingURL=adopt.d.ts.map