import type { VerifyReport } from "@bcopy/copy-engine";
import type { DescribedError } from "./describe-error.ts";
import { type ExitCode } from "./exit-codes.ts";
import type { Paint } from "./paint.ts";
/** What verify found, a line for each point that is not plainly whole. */
export declare function renderVerify({ points, workloads, damaged, unknown, healed }: VerifyReport, { readData, tookMs, paint }: {
    readonly readData: string;
    readonly tookMs: number;
    readonly paint: Paint;
}): string;
/** The exit status that a report stands for: damage weighs more than what could not be read. */
export declare function verifyVerdict({ damaged, unknown }: VerifyReport): {
    readonly exit: ExitCode;
    readonly errors: readonly DescribedError[];
};
//# sourceMappingURL=render-verify.d.ts.map