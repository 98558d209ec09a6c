/** A number and what is counted, in the plural where it is not one. */
export declare function counted(count: number, what: string): string;
//# sourceMappingURL=counted.d.ts.map