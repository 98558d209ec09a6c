/** A text in at most so many columns: what is too much goes from its middle, since names often differ at their ends. */
export declare function shorten(text: string, columns: number): string;
//# sourceMappingURL=shorten.d.ts.map