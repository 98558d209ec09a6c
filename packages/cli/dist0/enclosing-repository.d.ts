/** The folder of the repository that a path lies in, which need not exist; `undefined` if it lies in none. */
export declare function enclosingRepository(path: string): Promise<string | undefined>;
/** The path without symbolic links, as far as it exists. */
export declare function realPath(path: string): Promise<string>;
//# sourceMappingURL=enclosing-repository.d.ts.map