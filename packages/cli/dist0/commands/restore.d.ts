import type { CliCommand } from "../cli-command.ts";
interface RestoreCommandOptions {
    readonly repo?: string;
    readonly job?: string;
    readonly workload: string;
    readonly point: string;
    readonly removed?: boolean;
    readonly disk?: string;
    readonly output: string;
    readonly overwrite?: boolean;
}
/** `bcopy restore`: writes the disks of a point out. */
export declare const restoreCommand: CliCommand<RestoreCommandOptions>;
export {};
//# sourceMappingURL=restore.d.ts.map