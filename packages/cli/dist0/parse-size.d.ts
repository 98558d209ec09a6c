/**
 * Reads a size: plain bytes, `64KiB` (1024) or `64kB` (1000), in either case of letters; `undefined` for anything else
 * and for what is not a whole number of bytes from 1 up to 2^53.
 */
export declare function parseSize(text: string): number | undefined;
//# sourceMappingURL=parse-size.d.ts.map