/** What a person sees as one character each. */
export declare function charactersOf(text: string): readonly string[];
/** How many columns of a terminal a text without control characters takes. */
export declare function textWidth(text: string): number;
//# sourceMappingURL=text-width.d.ts.map