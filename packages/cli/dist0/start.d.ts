/** Runs the program in this process, with its arguments and streams. */
export declare function start(): Promise<void>;
//# sourceMappingURL=start.d.ts.map