/** Reads a length of time in minutes, hours, days (of 24 hours) or weeks: `90m`, `36h`, `7d`, `2w`; `undefined` for anything else. */
export declare function parseDuration(text: string): number | undefined;
//# sourceMappingURL=parse-duration.d.ts.map