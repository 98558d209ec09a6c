/** Exit statuses of the program: README.md, Exit codes. They stay as they are. */
export declare const exitCodes: {
    readonly done: 0;
    readonly failed: 1;
    readonly usage: 2;
    readonly partly: 3;
    readonly noRepository: 10;
    readonly busy: 11;
    readonly wrongKey: 12;
    readonly damaged: 13;
    readonly refused: 14;
    readonly interrupted: 130;
};
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
/** What each status says, for the help. */
export declare const exitMeanings: Readonly<Record<ExitCode, string>>;
/** The exit status that an error of any package stands for. */
export declare function exitCodeOf(error: unknown): ExitCode;
//# sourceMappingURL=exit-codes.d.ts.map