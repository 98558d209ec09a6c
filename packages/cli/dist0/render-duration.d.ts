/** A length of time for people: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 05 min`. */
export declare function renderDuration(ms: number): string;
//# sourceMappingURL=render-duration.d.ts.map