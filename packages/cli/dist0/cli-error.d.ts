/** Why the program itself, before any engine work, does not do what it was asked. */
export type CliErrorCode = 
/** The command line cannot mean anything. */
"Usage"
/** Not allowed as asked: a confirmation or a decision is missing. */
 | "Refused";
/** The one error class of the program. Tell it by `isCliError` and `code`, not by `instanceof`. */
export declare class CliError extends Error {
    readonly code: CliErrorCode;
    /** What a person can do about it, when there is something. */
    readonly hint: string | undefined;
    constructor(code: CliErrorCode, message: string, options?: {
        cause?: unknown;
        hint?: string;
    });
}
/** Whether `error` is a {@link CliError}. */
export declare function isCliError(error: unknown): error is CliError;
//# sourceMappingURL=cli-error.d.ts.map