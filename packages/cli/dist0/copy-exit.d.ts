import type { CopyReport } from "@bcopy/copy-engine";
import { type DescribedError } from "./describe-error.ts";
import { type ExitCode } from "./exit-codes.ts";
/**
 * The exit status of a copy: in part where some workloads failed and others did not or something was copied; the first
 * failure's where all failed.
 */
export declare function copyExit(report: CopyReport): {
    readonly exit: ExitCode;
    readonly errors: readonly DescribedError[];
};
//# sourceMappingURL=copy-exit.d.ts.map