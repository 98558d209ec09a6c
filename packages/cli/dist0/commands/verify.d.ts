import type { CliCommand } from "../cli-command.ts";
interface VerifyCommandOptions {
    readonly repo?: string;
    readonly all?: boolean;
    readonly readData?: "authenticate" | "hash";
}
/** `bcopy verify`: proves restore points. */
export declare const verifyCommand: CliCommand<VerifyCommandOptions>;
export {};
//# sourceMappingURL=verify.d.ts.map