import type { CliCommand } from "../cli-command.ts";
interface BackupOptions {
    readonly repo?: string;
    readonly job: string;
    readonly workload: string;
    readonly platform: string;
    readonly format?: "raw";
    readonly allowChanging?: boolean;
    readonly level?: number;
    readonly rehash?: boolean;
}
/** `bcopy backup`: brings disk images into a repository as a new point. */
export declare const backupCommand: CliCommand<BackupOptions>;
export {};
//# sourceMappingURL=backup.d.ts.map