/**
 * The id of a source's point for people, where it is one of a repository's; `undefined` for sources whose points have no
 * such ids.
 */
export declare function sourcePoint(id: string): string | undefined;
//# sourceMappingURL=source-point.d.ts.map