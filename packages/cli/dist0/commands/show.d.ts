import type { CliCommand } from "../cli-command.ts";
interface ShowOptions {
    readonly repo?: string;
    readonly job?: string;
    readonly workload?: string;
    readonly point?: string;
}
/** `bcopy show`: describes a repository, a workload or a point. */
export declare const showCommand: CliCommand<ShowOptions>;
export {};
//# sourceMappingURL=show.d.ts.map