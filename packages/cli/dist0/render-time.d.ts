/** A time as JSON documents have it: ISO 8601, UTC, to the millisecond. */
export declare function isoTime(ms: number): string;
/** A time for people: UTC, to the second. */
export declare function renderTime(ms: number): string;
//# sourceMappingURL=render-time.d.ts.map