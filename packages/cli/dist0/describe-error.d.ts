import { type ExitCode } from "./exit-codes.ts";
/** An error as the program tells it: `error` of a JSON document, and the exit status. */
export interface DescribedError {
    /** The code of the package it comes from; `Unexpected` for an error of no package: a bug. */
    readonly code: string;
    readonly message: string;
    readonly hint: string | undefined;
    readonly exit: ExitCode;
}
/**
 * Describes an error of any package; `aborted` says whether the run had been told to stop, `keepsCheckpoint` whether its
 * command goes on from what a run before it stored.
 */
export declare function describeError(error: unknown, aborted?: boolean, keepsCheckpoint?: boolean): DescribedError;
//# sourceMappingURL=describe-error.d.ts.map