import type { CliCommand } from "../cli-command.ts";
import { type FromKeyOptions, type KeyOptions } from "../key-options.ts";
interface CopyCommandOptions extends KeyOptions, FromKeyOptions {
    readonly from: string;
    readonly to: string;
    readonly select: "latest" | "all";
    readonly copyExpired?: boolean;
    readonly job?: string;
    readonly as?: string;
    readonly workload?: readonly string[];
    readonly level?: number;
}
/** `bcopy copy`: copies points of one repository into another. */
export declare const copyCommand: CliCommand<CopyCommandOptions>;
export {};
//# sourceMappingURL=copy.d.ts.map