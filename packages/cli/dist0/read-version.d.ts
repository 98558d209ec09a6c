/** The version in package.json, which lies one folder up from the sources as from what is built of them. */
export declare function readVersion(): string;
//# sourceMappingURL=read-version.d.ts.map