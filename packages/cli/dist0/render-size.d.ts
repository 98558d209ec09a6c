/** A size for people, in units of 1024: `0 B`, `64.0 KiB`, `1.5 GiB`. */
export declare function renderSize(bytes: number): string;
//# sourceMappingURL=render-size.d.ts.map