/**
 * Whether a command line, as far as can be told before it is parsed, is of a command that moves data. Where this is wrong,
 * only time is lost.
 */
export declare function seemsToMoveData(argv: readonly string[]): boolean;
//# sourceMappingURL=seems-to-move-data.d.ts.map